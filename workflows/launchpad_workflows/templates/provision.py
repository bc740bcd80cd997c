"""`launchpad-provision`: what an instance needs on its servers is made, repaired and tried.

Parameters, none of them secret: `instance`, `request` (JSON) and `resources`, a JSON list of `{"resource": …,
"server": …}`, one for each pod. A mutex keeps a second run of the instance waiting; a semaphore for each server, in the
pod's own template so that other servers' pods go on, keeps servers from being crowded.
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


def build_provision(params: TemplateParams) -> WorkflowTemplate:
    """The template; pure."""
    return build_operation(params, "provision", [admin_volume(), instance_volume(), chosen_volume()], chooses=True)
