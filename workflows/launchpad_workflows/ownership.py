"""Whose a name on a shared server is.

A name is *claimed* for an instance before the run that makes it, and recorded as *made* after a run that made it. A
provisioner adopts nothing that exists under a name which is merely claimed, unless it carries proof that an
interrupted run of this instance left it there (see docs/explanation/provisioning.md). Names that differ in case alone
are one name here, as some servers take them for one.

Two installations may give their instances the same name, so an owner is an instance *of a root*: an ownership is made
for one root, by its ID (empty where there is none), and takes another root's instance for another's.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from launchpad_workflows.errors import Refused
from launchpad_workflows.items import Claim, Item, Owned, whose
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.requests import Request, Resource


class Ownership(Protocol):
    """Keeps who owns which name, as one root sees it. Every method may be repeated."""

    @property
    def root(self) -> str:
        """The ID of the root; empty where there is none."""
        ...

    def claim(self, items: Iterable[Item], instance: str) -> dict[Item, Claim]:
        """What is known of each name, all of which are this instance's afterwards.

        Raises `Refused`, with every name that is another instance's, before the first is claimed. (Between two who
        claim at the same moment one name wins; what the loser had claimed by then stays its own and harms nobody.)
        """
        ...

    def record(self, items: Iterable[Item], instance: str) -> None:
        """These claimed names were made. Raises `Refused` where one has become another's since."""
        ...

    def owned(self, instance: str = "", resource: str = "", server: str = "", *, made: bool = False) -> dict[Item, str]:
        """Name → instance, of one instance or server or of all; of whichever root. `made`: only those made."""
        ...

    def records(self) -> tuple[Owned, ...]:
        """All that is recorded, of whichever instance and root."""
        ...

    def held(self, instance: str) -> dict[Item, Claim]:
        """All names that this root's instance has, and what is known of each."""
        ...

    def release(self, items: Iterable[Item], instance: str) -> None:
        """These names are nobody's any more; those of another instance or root are left alone."""
        ...

    def release_claims(self, resource: str, server: str) -> None:
        """The server is given up: its names that were claimed and never made are nobody's, whosoever they were."""
        ...


def claim_names(request: Request, ownership: Ownership) -> Request:
    """The request with what is known of each name in its `claims`, and with the root that claims them.

    What makes names claims them beforehand. Each is told of all that the instance has on the server, of whichever
    settings it may be.
    """
    if request.operation == "check":
        return request
    makes = request.operation in _MAKING
    claimed = _claimed(request, ownership) if makes else {}
    claims = {**ownership.held(request.instance), **claimed}
    resources = [
        resource.model_copy(
            update={"claims": {item.key: claim for item, claim in claims.items() if _on(item, resource)}}
        )
        for resource in request.resources
    ]
    return request.model_copy(update={"resources": tuple(resources), "root": ownership.root})


_MAKING = {"provision", "rotate"}


def record_names(request: Request, outcomes: Iterable[Outcome], ownership: Ownership) -> None:
    """Record what the outcomes say of names: those that were made, if they are not recorded now, and those that are gone.

    What the request says of them may be over: a removal between its claim and its turn has struck their records.
    """
    made: list[Item] = []
    released: list[Item] = []
    for outcome in outcomes:
        made += _items(outcome, outcome.made)
        released += _items(outcome, outcome.released)
    if made:
        held = ownership.held(request.instance)
        ownership.record([item for item in made if held.get(item) != "ours"], request.instance)
    if released:
        ownership.release(released, request.instance)


def _claimed(request: Request, ownership: Ownership) -> dict[Item, Claim]:
    wanted = [item for resource in request.resources for item in resource.items()]
    if request.operation == "rotate":
        wanted += [item for resource in request.resources for item in resource.other_generation().items()]
    return ownership.claim(dict.fromkeys(wanted), request.instance)


def _on(item: Item, resource: Resource) -> bool:
    return (item.resource, item.server) == (resource.resource, resource.server)


def _items(outcome: Outcome, keys: Iterable[str]) -> list[Item]:
    parts = (key.partition("/") for key in keys)
    return [Item(outcome.resource, outcome.server, kind, name) for kind, _, name in parts]


def taken(items: Iterable[tuple[Item, str]], instance: str) -> Refused:
    """The error for names of others."""
    names = "; ".join(f"{item} is {whose(owner, instance)}" for item, owner in items)
    return Refused(f"{names}: choose another name, or remove that instance first.")


@dataclass(frozen=True)
class FileOwnership:
    """In one JSON file, locked while it is changed: for `--local`, where there is no cluster to ask."""

    path: Path
    root: str = ""

    def claim(self, items: Iterable[Item], instance: str) -> dict[Item, Claim]:
        """All or nothing."""
        wanted = list(items)
        with self._open() as entries:
            found = [(item, entries[_key(item)]) for item in wanted if _key(item) in entries]
            others = [(item, entry["instance"]) for item, entry in found if not self._holds(entry, instance)]
            if others:
                raise taken(others, instance)
            for item in wanted:
                entries.setdefault(_key(item), {**vars(item), "instance": instance, "root": self.root, "made": False})
            return {item: "ours" if entries[_key(item)]["made"] else "new" for item in wanted}

    def record(self, items: Iterable[Item], instance: str) -> None:
        """Mark as made."""
        with self._open() as entries:
            for item in items:
                before = entries.get(_key(item))
                if before and not self._holds(before, instance):
                    raise taken([(item, before["instance"])], instance)
                entries[_key(item)] = {**vars(item), "instance": instance, "root": self.root, "made": True}

    def owned(self, instance: str = "", resource: str = "", server: str = "", *, made: bool = False) -> dict[Item, str]:
        """Name → instance."""
        found = {one.item: one.instance for one in self.records() if one.made or not made}
        return {item: owner for item, owner in found.items() if matches(item, owner, instance, resource, server)}

    def records(self) -> tuple[Owned, ...]:
        """One for each entry."""
        with self._open() as entries:
            return tuple(
                Owned(_item(entry), entry["instance"], entry.get("root", ""), entry["made"])
                for entry in entries.values()
            )

    def held(self, instance: str) -> dict[Item, Claim]:
        """Name → what is known."""
        with self._open() as entries:
            mine = [entry for entry in entries.values() if self._holds(entry, instance)]
        return {_item(entry): "ours" if entry["made"] else "new" for entry in mine}

    def release(self, items: Iterable[Item], instance: str) -> None:
        """Forget."""
        with self._open() as entries:
            for item in items:
                if self._holds(entries.get(_key(item), {}), instance):
                    del entries[_key(item)]

    def release_claims(self, resource: str, server: str) -> None:
        """Forget."""
        with self._open() as entries:
            for key, entry in list(entries.items()):
                if (entry["resource"], entry["server"]) == (resource, server) and not entry["made"]:
                    del entries[key]

    def _holds(self, entry: dict[str, Any], instance: str) -> bool:
        return entry.get("instance") == instance and entry.get("root", "") == self.root

    @contextmanager
    def _open(self) -> Iterator[dict[str, Any]]:
        """The entries; `Refused` where the file cannot be read or written."""
        try:
            with self._locked() as entries:
                yield entries
        except OSError as error:
            raise Refused(f"Whose the names are cannot be kept in {self.path}: {error.strerror}.") from None
        except ValueError:
            raise Refused(f"{self.path}, which says whose the names are, is damaged: restore it from a copy.") from None

    @contextmanager
    def _locked(self) -> Iterator[dict[str, Any]]:
        """The entries under a lock; written back, whole, where they have changed and nothing was raised."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(f"{self.path}.lock", "a", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            before = self.path.read_text(encoding="utf-8") if self.path.exists() else "{}"
            entries = json.loads(before)
            yield entries
            after = json.dumps(entries, indent=2, sort_keys=True) + "\n"
            if entries != json.loads(before):
                scratch = self.path.with_name(f"{self.path.name}.new")
                scratch.write_text(after, encoding="utf-8")
                os.replace(scratch, self.path)


def matches(item: Item, owner: str, instance: str, resource: str, server: str) -> bool:
    """Whether an entry is asked for; empty stands for any."""
    return instance in ("", owner) and resource in ("", item.resource) and server in ("", item.server)


def _item(entry: dict[str, Any]) -> Item:
    return Item(entry["resource"], entry["server"], entry["kind"], entry["name"])


def _key(item: Item) -> str:
    return f"{item.resource}/{item.server}/{item.kind}/{item.name.lower()}"
