"""`--local`: the same operations in this process, for work without a cluster."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from launchpad_workflows.credentials import Credentials
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.ownership import Ownership, claim_names, record_names
from launchpad_workflows.requests import Request
from launchpad_workflows.running import run_resource

WORKERS = 8


def run(
    request: Request, credentials: Credentials, ownership: Ownership, progress: Callable[[str], None]
) -> list[Outcome]:
    """Claim the names, run the resources in parallel threads, record what became of the names.

    Raises `Refused` before anything is made where a name is another instance's; all else is told by the outcomes, in
    the request's order. `progress` is called from several threads.
    """
    claimed = claim_names(request, ownership)
    with ThreadPoolExecutor(max_workers=min(WORKERS, max(1, len(claimed.resources)))) as pool:
        futures = [pool.submit(run_resource, claimed, one, credentials, progress) for one in claimed.resources]
        outcomes = [future.result() for future in futures]
    record_names(claimed, outcomes, ownership)
    return outcomes
