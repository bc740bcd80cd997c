"""`--local`: the same operations in this process, for work without a cluster."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from launchpad_workflows.credentials import Credentials
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.ownership import Ownership, claim_names, record_names
from launchpad_workflows.requests import Request
from launchpad_workflows.running import run_resource

WORKERS = 8


@dataclass(frozen=True)
class Done:
    """What became of the resources. `unrecorded`: why that of their names could not be recorded; a repeat does it."""

    outcomes: tuple[Outcome, ...]
    unrecorded: str = ""


def run(request: Request, credentials: Credentials, ownership: Ownership, progress: Callable[[str], None]) -> Done:
    """Claim the names, run the resources in parallel threads, record what became of the names.

    Raises `Refused` before anything is made where a name is another instance's; all else is told by the outcomes, in
    the request's order. `progress` is called from several threads.
    """
    claimed = claim_names(request, ownership)
    with ThreadPoolExecutor(max_workers=min(WORKERS, max(1, len(claimed.resources)))) as pool:
        futures = [pool.submit(run_resource, claimed, one, credentials, progress) for one in claimed.resources]
        outcomes = tuple(future.result() for future in futures)
    try:
        record_names(claimed, outcomes, ownership)
    except Exception as error:  # noqa: BLE001 - whatever an ownership raises, what is done has to be told
        return Done(outcomes, str(error))
    return Done(outcomes)
