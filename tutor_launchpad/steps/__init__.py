"""The steps of a deploy, a file each. `own_steps` are those that Launchpad itself adds to the hook DEPLOY_STEPS."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor_launchpad.steps.deployment import Step


def own_steps() -> list[Step]:
    """In the order in which they run."""
    from tutor_launchpad.steps.check import run_check
    from tutor_launchpad.steps.deployment import Step
    from tutor_launchpad.steps.namespace import run_namespace
    from tutor_launchpad.steps.provision import run_provision
    from tutor_launchpad.steps.record import run_record
    from tutor_launchpad.steps.report import run_report
    from tutor_launchpad.steps.sync import run_sync

    return [
        Step("check", run_check),
        Step("namespace", run_namespace),
        Step("provision", run_provision),
        Step("record", run_record),
        Step("sync", run_sync),
        Step("report", run_report),
    ]
