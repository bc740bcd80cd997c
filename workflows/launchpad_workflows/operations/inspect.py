"""inspect: what there is for an instance, and on demand all that the server has. Read only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from launchpad_workflows.items import Item
from launchpad_workflows.operations.convergence import look_at, stranger
from launchpad_workflows.outcomes import Outcome, State, Thing
from launchpad_workflows.provisioners.base import Found, Provisioner
from launchpad_workflows.report import Report, keys
from launchpad_workflows.requests import Request

MOST = 2000
"""An outcome is part of a workflow's status, whose size is limited."""


def inspect(request: Request, provisioner: Provisioner[Any]) -> Outcome:
    """One `Thing` for each name that the instance wants or is recorded to have."""
    resource = provisioner.resource
    items = dict.fromkeys([*resource.items(), *resource.claimed()])
    with provisioner.administering():
        found = look_at(provisioner, items)
        names = sorted(keys(_unowned(request, provisioner))) if request.orphans else []
    report = Report(provisioner.context.say)
    things = tuple(_thing(provisioner, item, state) for item, state in found.items())
    return report.outcome(
        resource, status="inspected", things=things, elsewhere=tuple(names[:MOST]), more=max(0, len(names) - MOST)
    )


def _unowned(request: Request, provisioner: Provisioner[Any]) -> Iterator[Item]:
    owned = frozenset(request.owned)
    return (item for item in provisioner.names() if item.mark not in owned)


def _thing(provisioner: Provisioner[Any], item: Item, found: Found) -> Thing:
    return Thing(
        kind=item.kind,
        name=item.name,
        state=_state(provisioner, item, found),
        owned=provisioner.resource.claim(item.kind, item.name) == "ours",
        drift=_drift(found),
        facts=found.facts,
    )


def _state(provisioner: Provisioner[Any], item: Item, found: Found) -> State:
    if not found.exists:
        return "missing"
    if stranger(provisioner, item, found):
        return "foreign"
    return "drifted" if _drift(found) else "right"


def _drift(found: Found) -> tuple[str, ...]:
    return tuple(fix.what for fix in found.fixes if fix.certain)
