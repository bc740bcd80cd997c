"""`launchpad-deprovision`: nobody of the instance gets in any more, and what the request says of its data.

Parameters as for provisioning, and `dump-server`: the registered store that last copies go to, whose Secret is mounted
beside the server's own. The names that are gone are in the outcome; whoever started the run strikes them from the
records, so that the pods need no right in the cluster.
"""

from __future__ import annotations

from hera.workflows import WorkflowTemplate

from launchpad_workflows.credentials import admin_secret
from launchpad_workflows.templates.common import (
    TemplateParams,
    admin_volume,
    build_operation,
    chosen_volume,
    instance_volume,
    secret_volume,
)

NO_SERVER = "-"
"""No server can be named so."""


def build_deprovision(params: TemplateParams) -> WorkflowTemplate:
    """The template; pure."""
    dump = secret_volume("dump", admin_secret("storage", "{{workflow.parameters.dump-server}}"), optional=True)
    return build_operation(
        params,
        "deprovision",
        [admin_volume(), instance_volume(optional=True), chosen_volume(), dump],
        parameters={"dump-server": NO_SERVER},
        long=True,
    )
