"""Step 8: what there is now and what to do next."""

from __future__ import annotations

from tutor_launchpad.core.results import Status
from tutor_launchpad.steps.deployment import Deployment


def run_report(deployment: Deployment) -> tuple[Status, str]:
    """Say where the instance is, or what a cluster would still do."""
    if deployment.cluster is None:
        return Status.DONE, f"no cluster: {len(deployment.remaining)} things remain"
    return Status.DONE, " ".join(deployment.urls)
