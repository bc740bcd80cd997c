"""`launchpad-provision`: one run for one instance, its resources side by side, one pod each.

Parameters, none of them secret: `instance`, `operation` (provision, verify), `request` (JSON) and `resources`, a JSON
list of `{"resource": …, "server": …}`, one for each pod. A mutex keeps a second run of the instance waiting; a
semaphore for each server, in the pod's own template so that other servers' pods go on, keeps servers from being
crowded.
"""

from __future__ import annotations

from hera.workflows import Parameter, WorkflowTemplate
from hera.workflows import models as m

from launchpad_workflows.credentials import admin_secret, instance_secret
from launchpad_workflows.templates.common import (
    PROVISION,
    TemplateParams,
    one_pod_each,
    secret_volume,
    worker,
    workflow_template,
)


def build_provision(params: TemplateParams) -> WorkflowTemplate:
    """The template; pure."""
    template = workflow_template(
        params,
        PROVISION,
        "all",
        arguments=[
            Parameter(name="instance"),
            Parameter(name="operation", value="provision", enum=["provision", "verify"]),
            Parameter(name="request"),
            Parameter(name="resources"),
        ],
        synchronization=m.Synchronization(
            mutexes=[m.Mutex(name="launchpad-instance-{{workflow.parameters.instance}}")]
        ),
    )
    with template:
        one = worker(
            params,
            "one",
            ["{{workflow.parameters.operation}}"],
            [
                secret_volume("admin", admin_secret("{{inputs.parameters.resource}}", "{{inputs.parameters.server}}")),
                secret_volume("instance", instance_secret("{{workflow.parameters.instance}}")),
            ],
        )
        one_pod_each("resource", one)
    return template
