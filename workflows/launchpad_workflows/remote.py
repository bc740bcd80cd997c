"""An operation by a workflow in one call: what `local.run` does in process, done in the cluster."""

from __future__ import annotations

from collections.abc import Callable

from launchpad_workflows.client import Client
from launchpad_workflows.ownership import Ownership, claim_names, record_names
from launchpad_workflows.requests import Request
from launchpad_workflows.submit import submit
from launchpad_workflows.watch import Finished, Progress, wait


def run(
    client: Client,
    request: Request,
    ownership: Ownership,
    progress: Callable[[Progress], None],
    *,
    namespace: str = "launchpad",
    deadline: float = 1800,
) -> Finished:
    """Claim the names, start the run, wait for its end, record what became of the names.

    The Secret of the instance must be there; what it lacks is named before anything is started. An interruption at any
    point is finished by the next call.
    """
    claimed = claim_names(request, ownership)
    finished = wait(client, submit(client, claimed, namespace), deadline, progress)
    record_names(claimed, finished.outcomes, ownership)
    return finished
