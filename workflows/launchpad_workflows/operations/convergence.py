"""The steps that operations share: look at everything, refuse what is not ours, make or repair the rest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from launchpad_workflows.errors import NotIsolated, Refused, Unsupported
from launchpad_workflows.items import Item
from launchpad_workflows.provisioners.base import Found, Provisioner, foreign
from launchpad_workflows.report import Report


def in_order(provisioner: Provisioner[Any], items: Iterable[Item]) -> list[Item]:
    """What lets somebody in comes first, to be made before there is anything to use, unless it needs that to exist."""
    return sorted(items, key=lambda item: (item.kind in provisioner.access) == provisioner.data_first)


def look_at(provisioner: Provisioner[Any], items: Iterable[Item]) -> dict[Item, Found]:
    """Each name as it is found."""
    return {item: provisioner.look(item) for item in in_order(provisioner, items)}


def stranger(provisioner: Provisioner[Any], item: Item, found: Found) -> Refused | None:
    """Why a name is not this instance's, where it is not: a record or proof says that it is."""
    if found.foreign:
        return Refused(found.foreign)
    known = found.ours or provisioner.resource.claim(item.kind, item.name) == "ours"
    place = f"{provisioner.resource.server} ({provisioner.resource.address})"
    return foreign(item, place) if found.exists and not known else None


def converge(provisioner: Provisioner[Any], items: Iterable[Item], report: Report) -> None:
    """Make what is missing and repair what has drifted; refuses before the first change. The administrator is in."""
    found = look_at(provisioner, items)
    for item, state in found.items():
        if refusal := stranger(provisioner, item, state):
            raise refusal
    for item, state in found.items():
        if state.exists:
            _fix(state, report, is_new=False)
            if item.kind in provisioner.access:
                _tell_former(provisioner.look(item) if state.fixes else state, report)
        else:
            provisioner.make(item)
            report.created(f"{item.kind} {item.name}")
            _fix(provisioner.look(item), report, is_new=True)


def try_out(provisioner: Provisioner[Any], report: Report) -> None:
    """Try it as the instance would. What the operator made is used also where it reaches more than its own."""
    try:
        provisioner.try_out(report)
    except NotIsolated as error:
        if provisioner.makes:
            raise
        report.isolated = False
        report.note(f"not isolated: {error}")


def _tell_former(found: Found, report: Report) -> None:
    for what in found.former:
        report.note(
            f"kept {what}, which the instance may use until it has been deployed with the present one; a rotation ends it"
        )


def _fix(found: Found, report: Report, *, is_new: bool) -> None:
    for fix in found.fixes:
        try:
            fix.apply()
        except Unsupported as error:
            report.note(str(error))
            continue
        if is_new:
            report.note(f"set {fix.what}")
        else:
            report.repaired(fix.what)
