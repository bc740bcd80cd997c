"""What an operation on an instance's resources has come to, as data and as text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from launchpad_workflows.outcomes import Outcome, Thing
from launchpad_workflows.requests import Request


@dataclass(frozen=True)
class OperationResult:
    """`place`: the workflow, or this process. `orphans`: names on a server that no instance is recorded to own."""

    instance: str
    operation: str
    place: str
    ok: bool
    outcomes: tuple[Mapping[str, Any], ...]
    problems: tuple[str, ...] = ()
    orphans: Mapping[str, tuple[str, ...]] | None = None


def as_data(outcomes: Iterable[Outcome]) -> tuple[Mapping[str, Any], ...]:
    """Outcomes without what is empty in them."""
    return tuple(outcome.model_dump(mode="json", exclude_defaults=True) for outcome in outcomes)


def describe_outcomes(outcomes: Iterable[Outcome]) -> list[str]:
    """A line for each server, and below it what was done there."""
    lines = []
    for outcome in outcomes:
        lines.append(f"{outcome.resource}/{outcome.server}: {outcome.status}")
        lines += [f"  {detail}" for detail in outcome.details]
    return lines


def describe_things(outcomes: Iterable[Outcome], orphans: Mapping[str, Iterable[str]]) -> list[str]:
    """A table of names for each server, and the names there that are nobody's."""
    lines = []
    for outcome in outcomes:
        lines.append(f"{outcome.resource}/{outcome.server}")
        lines += [_thing(thing) for thing in outcome.things]
        unseen = [f"  not seen: {detail}" for detail in outcome.details] if outcome.failed else []
        lines += unseen or ([] if outcome.things else ["  nothing of this instance"])
        lines += [f"  {outcome.more} further names on the server were too many to tell"] if outcome.more else []
    for place, names in orphans.items():
        lines += [f"{place}, owned by no recorded instance:", *(f"  {name.replace('/', ' ', 1)}" for name in names)]
    return lines


def _thing(thing: Thing) -> str:
    facts = ", ".join(f"{value} {name}" for name, value in thing.facts.items())
    owned = "" if thing.owned or thing.state == "missing" else "not recorded as made"
    notes = "; ".join(part for part in (facts, ", ".join(thing.drift), owned) if part)
    return f"  {thing.kind:9} {thing.name:32} {thing.state:8} {notes}".rstrip()


def orphans(outcomes: Iterable[Outcome]) -> dict[str, tuple[str, ...]]:
    """Server → names there that nobody owns."""
    return {f"{one.resource}/{one.server}": one.elsewhere for one in outcomes if one.elsewhere}


def describe_removal(request: Request) -> Iterator[str]:
    """What a removal will do, a line for each name."""
    for resource in request.resources:
        for item in sorted(resource.claimed(), key=lambda item: (item.kind != "user", item.name)):
            fate = (
                "access ends"
                if item.kind == "user"
                else ("DELETED with its data" if request.delete_data else "kept with its data")
            )
            yield f"  {f'{resource.resource}/{resource.server}':20} {item.kind:9} {item.name:32} {fate}"
    if request.dump is not None:
        yield f"  first copied to storage/{request.dump.server}, bucket {request.dump.bucket}, below {request.dump.prefix}"
