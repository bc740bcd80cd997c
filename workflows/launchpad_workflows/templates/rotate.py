"""`launchpad-rotate`: one step of a change of passwords; the request says which.

Parameters as for provisioning. Between the steps the instance must come to use the new passwords, which is the affair
of whoever starts them.
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


def build_rotate(params: TemplateParams) -> WorkflowTemplate:
    """The template; pure."""
    return build_operation(params, "rotate", [admin_volume(), instance_volume(), chosen_volume()], chooses=True)
