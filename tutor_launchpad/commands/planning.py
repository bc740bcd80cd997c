"""What people read of a plan."""

from __future__ import annotations

from collections.abc import Iterator

from tutor_launchpad.core.plan import describe_files
from tutor_launchpad.core.results import PlanResult
from tutor_launchpad.steps.passwords import REMEDY, describe


def describe_plan(result: PlanResult, folder: str) -> str:
    """The plan for people: what would change where, and first of all what a deploy would ask about."""
    parts = [*_overtaking(result), *_replaced(result), *_partings(result), *_changes(result, folder)]
    return "\n".join([*(parts or ["Nothing would change."]), *_leftovers(result)])


def _overtaking(result: PlanResult) -> Iterator[str]:
    if result.overtaking is not None:
        yield f"{result.overtaking} It asks first; {result.overtaking.remedy}."


def _replaced(result: PlanResult) -> Iterator[str]:
    if result.replaced:
        yield f"{describe(result.instance, result.replaced)} It asks first; {REMEDY}."


def _partings(result: PlanResult) -> Iterator[str]:
    if result.partings:
        yield f"Would part {result.instance} from its data, which a deploy asks about:"
    for parting in result.partings:
        yield f"  - {parting.what}"
        yield from (f"      {line}" for line in parting.todo)


def _changes(result: PlanResult, folder: str) -> Iterator[str]:
    if result.files:
        yield f"In {result.repository}, folder {folder}:"
        yield describe_files(result.files)
    if result.provisioning is not None and result.provisioning.starts:
        yield f"Would provision on {', '.join(result.provisioning.servers)}: {result.provisioning.why}."
    if result.cluster:
        yield "In the cluster:"
        yield from map(str, result.cluster)


def _leftovers(result: PlanResult) -> Iterator[str]:
    if result.leftovers:
        yield f"Left over in namespace {result.instance}, named by nothing any more:"
    for claim in result.leftovers:
        yield f"  - claim {claim.name} ({claim.size}); kubectl -n {result.instance} delete pvc {claim.name} deletes it for good"
