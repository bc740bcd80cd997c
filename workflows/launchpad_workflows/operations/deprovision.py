"""deprovision: first nobody of the instance gets in any more, then, only if asked for, its data goes.

What is removed is what the claims speak of, whatever the instance wants today. A name that cannot be removed does not
hide the others: each is told with its reason, and a repeat goes on with what is left. Data stays as long as anybody of
the instance still gets in. Absence is seen, not believed: each name is looked for again after its removal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from launchpad_workflows.errors import ProvisioningError, Refused, Unavailable
from launchpad_workflows.items import Item
from launchpad_workflows.operations.convergence import look_at, stranger
from launchpad_workflows.outcomes import Copy, Left, Outcome, Status
from launchpad_workflows.provisioners.base import Found, Provisioner
from launchpad_workflows.report import Report, keys
from launchpad_workflows.requests import Request

_UNPROVEN = (
    "It is claimed for this instance, and nothing shows whether a run of it that was stopped made it. If it is this "
    "instance's, remove it on the server; if not, strike the claim (see `Remove an instance` in the docs). Then repeat."
)


def deprovision(request: Request, provisioner: Provisioner[Any]) -> Outcome:
    """Revoke, then drop. Fails where something is left that should be gone."""
    removal = _Removal(request, provisioner, Report(provisioner.context.say))
    items = provisioner.resource.claimed()
    if not provisioner.makes:
        removal.report.note("what the operator made is left as it is")
        return removal.report.outcome(provisioner.resource, released=keys(items))
    if not provisioner.access:
        removal.report.note("the instance's key is the operator's: take it away where it was made")
    try:
        with provisioner.administering():
            found = removal.sort_out(_look_at(provisioner, items))
            removal.revoke({item: state for item, state in found.items() if item.kind in provisioner.access})
            removal.drop({item: state for item, state in found.items() if item.kind not in provisioner.access})
    except ProvisioningError as error:
        removal.leave_all(items, error)
    return removal.outcome()


def _look_at(provisioner: Provisioner[Any], items: Iterable[Item]) -> dict[Item, Found]:
    """Each name as it is found; a user also as the one that a rotation makes, which has the next password."""
    found = look_at(provisioner, items)
    unproven = [
        item
        for item, state in found.items()
        if item.kind in provisioner.access and not state.foreign and stranger(provisioner, item, state)
    ]
    if unproven:
        following = provisioner.following(in_place=False)
        with following.administering():
            seen = look_at(following, unproven)
        found |= {item: state for item, state in seen.items() if state.ours}
    return found


@dataclass
class _Removal:
    """One resource's removal so far."""

    request: Request
    provisioner: Provisioner[Any]
    report: Report
    gone: list[Item] = field(default_factory=list)
    released: list[Item] = field(default_factory=list)
    kept: list[Item] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    may_pass: bool = False

    def sort_out(self, found: dict[Item, Found]) -> dict[Item, Found]:
        """What there is to work on. Where nothing shows whose a name is that would go, somebody has to find out.

        It may be what a run made whose end nobody lived to record. What shows that it is another's is no concern of
        ours, unless we are recorded to have made it.
        """
        ours = {}
        for item, state in found.items():
            refusal = stranger(self.provisioner, item, state)
            if refusal is None:
                ours[item] = state
            elif self.provisioner.resource.claim(item.kind, item.name) == "ours":
                self._leave(item, refusal)
            elif not state.foreign:
                if item.kind in self.provisioner.access or self.request.delete_data:
                    self._leave(item, Refused(_UNPROVEN))
                else:
                    ours[item] = state
            else:
                self.report.note(f"{item.kind} {item.name} was never this instance's and is left as it is")
                self.released.append(item)
        return ours

    def revoke(self, found: dict[Item, Found]) -> None:
        """Users and keys, and what they still have open, also of a user whom an earlier run removed."""
        for item, state in found.items():
            with self._noting(item):
                if state.exists:
                    self.provisioner.remove(item)
                self.provisioner.end_sessions(item)
                self._confirm(item, state)

    def drop(self, found: dict[Item, Found]) -> None:
        """Data, where it was asked for and nobody gets in any more."""
        somebody = any(one.kind in self.provisioner.access for one in self.left)
        for item, state in found.items():
            if not state.exists:
                self.released.append(item)
            elif not self.request.delete_data:
                self.report.note(f"{item.kind} {item.name} is kept with its data")
                self.kept.append(item)
            elif somebody:
                self._leave(item, Refused("It is kept as long as somebody of the instance may get in."))
            elif self.may_pass:
                self._leave(item, Unavailable("It was not tried, as the server could not be used."))
            else:
                with self._noting(item):
                    self._copy(item)
                    self.provisioner.remove(item)
                    self._confirm(item, state)

    def leave_all(self, items: Iterable[Item], error: ProvisioningError) -> None:
        """The work ended here."""
        told = {*self.released, *self.kept, *(Item(*self._place, one.kind, one.name) for one in self.left)}
        for item in items:
            if item not in told:
                self._leave(item, error)

    def outcome(self) -> Outcome:
        """What became of it."""
        return self.report.outcome(
            self.provisioner.resource,
            status=self._status(),
            may_pass=self.may_pass,
            released=keys(self.released),
            kept=keys(self.kept),
            left=tuple(self.left),
            copies=tuple(self.copies),
        )

    @property
    def _place(self) -> tuple[str, str]:
        return self.provisioner.resource.resource, self.provisioner.resource.server

    def _copy(self, item: Item) -> None:
        if self.request.dump is None:
            return
        from launchpad_workflows.dumps import save  # a pod that copies nothing needs no library for stores

        copies = save(self.request.dump, self.provisioner, item)
        for copy in copies:
            self.report.note(f"copied {copy.of} to {copy.place}: {copy.bytes} bytes, sha256 {copy.sha256}")
        self.copies += copies

    def _confirm(self, item: Item, before: Found) -> None:
        if self.provisioner.look(item).exists:
            raise Refused("It is still there after its removal.")
        self.released.append(item)
        if before.exists:
            self.gone.append(item)
            self.report.note(f"removed {item.kind} {item.name}")

    @contextmanager
    def _noting(self, item: Item) -> Iterator[None]:
        try:
            yield
        except ProvisioningError as error:
            self._leave(item, error)

    def _leave(self, item: Item, error: ProvisioningError) -> None:
        self.may_pass = self.may_pass or isinstance(error, Unavailable)
        self.left.append(Left(kind=item.kind, name=item.name, reason=str(error)))
        self.report.note(f"left {item.kind} {item.name}: {error}")

    def _status(self) -> Status:
        if self.left:
            return "failed"
        if any(item.kind not in self.provisioner.access for item in self.gone):
            return "removed"
        if self.gone:
            return "revoked"
        return "unchanged" if self.kept else "absent"
