"""What an operation on an instance's resources has come to, as data and as text. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from launchpad_workflows.outcomes import Outcome, Thing
from launchpad_workflows.requests import Request

from tutor_launchpad.core.listing import listed
from tutor_launchpad.core.owners import Owner, Standing
from tutor_launchpad.core.status.model import Unseen


@dataclass(frozen=True)
class Orphans:
    """What `inspect --orphans` has found beyond the instance.

    `orphans`: server → names there that are recorded for nobody, less those that instances of the repository use, which
    are `unrecorded`: name → instance. `owners`: those whom names are recorded for without a folder in the repository.
    `unseen`: what of this could not be asked.
    """

    orphans: Mapping[str, tuple[str, ...]]
    unrecorded: Mapping[str, Mapping[str, str]]
    owners: tuple[Owner, ...]
    unseen: Mapping[str, Unseen]


@dataclass(frozen=True)
class OperationResult:
    """`place`: the workflow, or this process. The rest is as in `Orphans`, None where nobody asked."""

    instance: str
    operation: str
    place: str
    ok: bool
    outcomes: tuple[Mapping[str, Any], ...]
    problems: tuple[str, ...] = ()
    orphans: Mapping[str, tuple[str, ...]] | None = None
    unrecorded: Mapping[str, Mapping[str, str]] | None = None
    owners: tuple[Owner, ...] | None = None
    unseen: Mapping[str, Unseen] | None = None


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


def describe_things(outcomes: Iterable[Outcome]) -> list[str]:
    """A table of names for each server."""
    lines = []
    for outcome in outcomes:
        lines.append(f"{outcome.resource}/{outcome.server}")
        lines += [_thing(thing) for thing in outcome.things]
        unseen = [f"  not seen: {detail}" for detail in outcome.details] if outcome.failed else []
        lines += unseen or ([] if outcome.things else ["  nothing of this instance"])
        lines += [f"  {outcome.more} further names on the server were too many to tell"] if outcome.more else []
    return lines


def describe_orphans(found: Orphans, *, local: bool) -> list[str]:
    """What follows that table. `local`: the records are those of this root alone, which then says nothing of others."""
    lines = []
    for place, users in found.unrecorded.items():
        lines.append(f"{place}, used by instances of the repository although not recorded{' here' if local else ''}:")
        lines += [f"  {_words(name)} (instance {user})" for name, user in users.items()]
    for place, names in found.orphans.items():
        whose = "recorded for no instance of this Tutor root" if local else "owned by no recorded instance"
        lines += [f"{place}, {whose}:", *(f"  {_words(name)}" for name in names)]
    for owner in found.owners:
        lines += _owner(owner) if owner.standing is not Standing.ELSEWHERE else []
    return [*lines, *_elsewhere(found.owners)]


def _owner(owner: Owner) -> Iterator[str]:
    root = f" of Tutor root {owner.root}" if owner.root else ""
    yield f"recorded for instance {owner.instance}{root}: {owner.what}"
    for place, names in owner.names.items():
        yield from (f"  {place} {_words(name)}" for name in names)
    for place, names in owner.claimed.items():
        yield from (f"  {place} {_words(name)}, perhaps never made" for name in names)
    yield f"  → {owner.todo}"


def _elsewhere(owners: Iterable[Owner]) -> Iterator[str]:
    """Those that other repositories have, in one line each: they may be many, and are no orphans."""
    known = [one for one in owners if one.standing is Standing.ELSEWHERE]
    for what in dict.fromkeys(one.what for one in known):
        names = listed([one.instance for one in known if one.what == what], 5, "instances")
        yield f"recorded for instances {what}, so no orphans: {names}"


def _words(name: str) -> str:
    return name.replace("/", " ", 1)


def _thing(thing: Thing) -> str:
    facts = ", ".join(f"{value} {name}" for name, value in thing.facts.items())
    owned = "" if thing.owned or thing.state == "missing" else "not recorded as made"
    notes = "; ".join(part for part in (facts, ", ".join(thing.drift), owned) if part)
    return f"  {thing.kind:9} {thing.name:32} {thing.state:8} {notes}".rstrip()


def nobodys(outcomes: Iterable[Outcome]) -> dict[str, tuple[str, ...]]:
    """Server → names there that are recorded for nobody."""
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
