"""The steps of an installation, in their order, and what they have come to."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tutor_launchpad.core.cluster.components import ARGO_CD, ARGO_WORKFLOWS
from tutor_launchpad.core.results import InstallResult, Status
from tutor_launchpad.steps.cluster.access import run_repository
from tutor_launchpad.steps.cluster.applications import run_applications
from tutor_launchpad.steps.cluster.argo import run_argo, run_ready
from tutor_launchpad.steps.cluster.installation import Installation
from tutor_launchpad.steps.cluster.look import run_look
from tutor_launchpad.steps.cluster.templates import run_templates
from tutor_launchpad.steps.run import UNFINISHED, Shown, run_step

InstallStep = Callable[[Installation], tuple[Status, str]]

INSTALL_STEPS: dict[str, InstallStep] = {
    "look": run_look,
    ARGO_CD: partial(run_argo, name=ARGO_CD),
    ARGO_WORKFLOWS: partial(run_argo, name=ARGO_WORKFLOWS),
    "launchpad": run_templates,
    "repository": run_repository,
    "ready": run_ready,
    "applications": run_applications,
}
"""Each looks first and does what is missing, so that a run that was interrupted anywhere is finished by the next."""


def run_install(installation: Installation, shown: Shown) -> InstallResult:
    """Run all steps; one that raises ends the installation."""
    for name, step in INSTALL_STEPS.items():
        run_step(name, partial(step, installation), installation.results, shown, partial(_so_far, installation))
    return install_result(installation)


def install_result(installation: Installation) -> InstallResult:
    """What has been done so far."""
    results = tuple(installation.results)
    return InstallResult(
        cluster=installation.files.answers.cluster,
        path=str(installation.files.path),
        changed=any(one.status is Status.DONE for one in results if one.name not in ("look", "ready")),
        steps=results,
        waiting=tuple(installation.waiting),
        next=tuple(installation.next),
    )


def _so_far(installation: Installation, step: str) -> str:
    done = [result.name for result in installation.results]
    before = f"Done until then: {', '.join(done)}. " if done else ""
    return f"{before}{UNFINISHED.format(step)}"
