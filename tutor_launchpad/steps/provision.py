"""Step 3: the databases, buckets and users of the instance, on the servers that it names."""

from __future__ import annotations

from tutor_launchpad.core.results import Status
from tutor_launchpad.steps.deployment import Deployment


def run_provision(deployment: Deployment) -> tuple[Status, str]:
    """Make what is missing."""
    if not deployment.settings.servers:
        return Status.SKIPPED, "no servers named: Tutor's own databases run in the namespace"
    return Status.SKIPPED, ""
