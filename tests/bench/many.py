"""Many instances at once: how fast, whether any is lost, whether all is right in the end, and what Argo takes for it."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from launchpad_workflows.client import WORKFLOWS
from launchpad_workflows.requests import Request
from launchpad_workflows.running import run_resource
from launchpad_workflows.watch import Finished

from tests.bench import arena, servers
from tests.bench.arena import Arena, Memory


def measure(instances: int) -> Iterator[str]:
    """Provision all, look at the servers, deprovision all, look again."""
    if why := arena.missing():
        yield f"not run: {why}"
        return
    with arena.opened() as place:
        names = [f"bench-{place.params.namespace[-6:]}-{number}" for number in range(instances)]
        for name in names:
            place.admit(name)
        yield f"provision: {_all(place, [place.request(name) for name in names])}"
        yield f"on the servers: {_looks(place, names)}"
        removals = [place.request(name, operation="deprovision", delete_data=True) for name in names]
        yield f"deprovision: {_all(place, removals)}"
        yield f"on the servers: {_looks(place, names)}; names still recorded: {len(place.ownership.owned())}"


def _all(place: Arena, requests: list[Request]) -> str:
    """One caller for each, all at the same moment."""
    memory, started = Memory(), time.perf_counter()
    with memory.watched(), ThreadPoolExecutor(max_workers=len(requests)) as pool:
        ends = list(pool.map(place.run, requests))
    seconds = time.perf_counter() - started
    workflows = place.client.list(WORKFLOWS, "Workflow", place.params.namespace)
    sizes = [len(json.dumps(one)) for one in workflows]
    return (
        f"{sum(one.ok for one in ends)} of {len(requests)} well in {seconds:.0f} s, {60 * len(requests) / seconds:.0f} a "
        f"minute; {_statuses(ends)}; the controller's peak {memory.peak:.0f} MiB; workflows: {len(sizes)}, the largest "
        f"{max(sizes, default=0) / 1024:.0f} KiB, {sum(sizes) / 1024:.0f} KiB in all"
    )


def _statuses(ends: list[Finished]) -> str:
    """How many resources ended how, those without an outcome among them."""
    counted = Counter(outcome.status for one in ends for outcome in one.outcomes)
    lost = sum(len(one.run.places) for one in ends) - counted.total()
    return ", ".join([*(f"{count} {status}" for status, count in sorted(counted.items())), f"{lost} lost"])


def _looks(place: Arena, names: list[str]) -> str:
    """What is there, by looking from here."""
    keys = servers.credentials(place.servers)
    states: Counter[str] = Counter()
    for name in names:
        request = servers.request(name, place.servers, operation="inspect")
        for one in request.resources:
            outcome = run_resource(request, one, keys, lambda _line: None)
            states.update(thing.state for thing in outcome.things)
            states.update(["failed"] if outcome.failed else [])
    return ", ".join(f"{count} names {state}" for state, count in sorted(states.items()))
