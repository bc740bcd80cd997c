"""`launchpad-check`: can the cluster reach a registered server and log in as its administrator?

Parameters: `request` (JSON) and `resources`, as for provisioning. No instance's credentials are mounted, and nothing is
tried twice, as somebody waits for the answer.
"""

from __future__ import annotations

from hera.workflows import WorkflowTemplate

from launchpad_workflows.templates.common import TemplateParams, admin_volume, build_operation


def build_check(params: TemplateParams) -> WorkflowTemplate:
    """The template; pure."""
    return build_operation(params, "check", [admin_volume()], locks=False, retries=False)
