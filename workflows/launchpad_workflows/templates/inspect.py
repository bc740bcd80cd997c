"""`launchpad-inspect`: what there is for an instance, and on demand all that the servers have. Nothing is changed.

Parameters as for provisioning. It takes no lock, so that a run that hangs can be looked into.
"""

from __future__ import annotations

from hera.workflows import WorkflowTemplate

from launchpad_workflows.templates.common import (
    TemplateParams,
    admin_volume,
    build_operation,
    chosen_volume,
    instance_volume,
)


def build_inspect(params: TemplateParams) -> WorkflowTemplate:
    """The template; pure."""
    return build_operation(
        params, "inspect", [admin_volume(), instance_volume(optional=True), chosen_volume()], locks=False
    )
