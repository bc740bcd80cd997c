"""`launchpad-verify`: it is tried as the instance would, and a neighbour's; nothing is changed.

Parameters as for provisioning. The administrator is at hand for one thing: where a user gets in to a neighbour's, a
probe without any right tells whether the server keeps anybody out.
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


def build_verify(params: TemplateParams) -> WorkflowTemplate:
    """The template; pure."""
    return build_operation(params, "verify", [admin_volume(), instance_volume(), chosen_volume()])
