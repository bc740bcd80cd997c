"""A plan in words: counts, then by name what is lost, then the rest."""

from __future__ import annotations

from collections.abc import Iterable

from tutor_launchpad.core.infrastructure.changes import CREATE, DESTROY, FORGET, REPLACE, UPDATE, Change, Planned

_COUNTS = {CREATE: "to make", UPDATE: "to change", REPLACE: "to replace", DESTROY: "to destroy", FORGET: "to forget"}
_FATES = {REPLACE: "replaced, and its data lost", DESTROY: "destroyed with its data"}
MOST = 40
"""Lines of one kind; what destroys or replaces is always told whole."""


def describe_planned(cluster: str, planned: Planned) -> str:
    """All that an apply would do, the worst first."""
    if not planned.changes:
        return f"Nothing to change in the cloud of cluster {cluster}, but for what Terraform itself records."
    lines = [f"Cluster {cluster}: {counted(planned)}."]
    losses = planned.losses
    if losses:
        lines.append("DATA WOULD BE LOST:")
        lines += [f"  {'replaces' if one.action == REPLACE else 'destroys'} {one.holds} {one.name}{_tail(one, True)}"
                  for one in losses]  # fmt: skip
    lines += _part("Destroys:", [one for one in planned.of(DESTROY) if not one.holds], None)
    lines += _part("Replaces:", [one for one in planned.of(REPLACE) if not one.holds], None)
    lines += _part("Lets go of, and leaves where it is:", planned.of(FORGET), None)
    lines += _part("Changes:", planned.of(UPDATE), MOST)
    lines += _part("Makes:", planned.of(CREATE), MOST)
    if planned.outside:
        lines.append("Somebody changed in another way:")
        lines += _cut([f"  {address}" for address in planned.outside], MOST)
    return "\n".join(lines)


def counted(planned: Planned) -> str:
    """How many of each kind: `3 to make, 1 to destroy`."""
    counts = {words: len(planned.of(action)) for action, words in _COUNTS.items()}
    return ", ".join(f"{count} {words}" for words, count in counts.items() if count) or "nothing to change"


def loss_problems(unnamed: Iterable[Change]) -> list[str]:
    """One sentence for each that would lose data unasked."""
    return [
        f"{one.holds.capitalize()} {one.name} ({one.address}) would be {_FATES[one.action]}: undo the change in terraform/ "
        f"that leads to it, or add --delete-data {one.name}."
        for one in unnamed
    ]


def end_problems(unnamed: Iterable[Change], standing: str) -> list[str]:
    """One problem for a Kubernetes cluster that would go unasked. `standing`: the sentence on whom that would hit."""
    fates = {REPLACE: "replaced", DESTROY: "destroyed"}
    return [
        f"Kubernetes cluster {one.name} ({one.address}) would be {fates[one.action]}, with all that runs in it and its "
        f"volumes: undo the change in terraform/ that leads to it, or add --delete-data {one.name}. {standing}"
        for one in unnamed
    ]


def _part(title: str, changes: list[Change], most: int | None) -> list[str]:
    if not changes:
        return []
    lines = [f"  {one.address}{_tail(one, False)}" for one in changes]
    return [title, *_cut(lines, most)]


def _cut(lines: list[str], most: int | None) -> list[str]:
    if most is None or len(lines) <= most:
        return lines
    return [*lines[:most], f"  and {len(lines) - most} more"]


def _tail(one: Change, with_address: bool) -> str:
    address = f" ({one.address})" if with_address and one.address != one.name else ""
    return address + (f", because of {', '.join(one.why)}" if one.why else "")
