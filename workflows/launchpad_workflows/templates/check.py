"""`launchpad-check`: can the cluster reach a registered server and log in as its administrator?

Parameters: `request` (JSON) and `resources`, as for provisioning. No instance's credentials are mounted.
"""

from __future__ import annotations

from hera.workflows import Parameter, WorkflowTemplate

from launchpad_workflows.credentials import admin_secret
from launchpad_workflows.templates.common import (
    CHECK,
    TemplateParams,
    one_pod_each,
    secret_volume,
    worker,
    workflow_template,
)


def build_check(params: TemplateParams) -> WorkflowTemplate:
    """The template; pure."""
    template = workflow_template(
        params, CHECK, "all", arguments=[Parameter(name="request"), Parameter(name="resources")]
    )
    with template:
        one = worker(
            params,
            "one",
            ["check"],
            [secret_volume("admin", admin_secret("{{inputs.parameters.resource}}", "{{inputs.parameters.server}}"))],
            retries=False,  # somebody waits for the answer
        )
        one_pod_each("server", one)
    return template
