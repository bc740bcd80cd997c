"""An operation by a workflow in one call: what `local.run` does in process, done in the cluster."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from launchpad_workflows.client import Client
from launchpad_workflows.ownership import Ownership, claim_names, record_names
from launchpad_workflows.requests import Request
from launchpad_workflows.resume import MARK, find_run
from launchpad_workflows.submit import Run, submit
from launchpad_workflows.watch import Finished, Progress, wait


@dataclass(frozen=True)
class Resume:
    """Which run may be taken up instead of a new one: `mark` tells what it does, see `resume`.

    `ended`: also one that came to a good end, which its caller did not live to see.
    """

    mark: str
    ended: bool = True


def run(
    client: Client,
    request: Request,
    ownership: Ownership,
    progress: Callable[[Progress], None],
    *,
    namespace: str = "launchpad",
    deadline: float = 1800,
    resume: Resume | None = None,
    began: Callable[[Run, bool], None] = lambda run, found: None,
) -> Finished:
    """Claim the names, start the run, wait for its end, record what became of the names.

    The Secret of the instance must be there; what it lacks is named before anything is started. An interruption at any
    point is finished by the next call: with `resume` a run that is under way is waited for. `began` hears of the run, and
    whether it was found.
    """
    claimed = claim_names(request, ownership)
    found = find_run(client, claimed, namespace, resume.mark, ended=resume.ended) if resume else None
    this = found or submit(client, claimed, namespace, {MARK: resume.mark} if resume else {})
    began(this, found is not None)
    finished = wait(client, this, deadline, progress)
    try:
        record_names(claimed, finished.outcomes, ownership)
    except Exception as error:  # noqa: BLE001 - whatever a client raises, what is done has to be told
        return replace(finished, unrecorded=str(error))
    return finished
