"""Whose recorded names are whose instance the repository does not have, and what is to be done about them. Pure.

A name on a server is recorded for an instance of a Tutor root before a deploy records the instance in the repository, and
stays recorded when its folder is removed. So an owner without a folder is no orphan yet: what the repository's history
and the cluster tell of it decides what it is called.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from launchpad_workflows.items import Item, Owned

from tutor_launchpad.core.data.places import SERVER, from_record
from tutor_launchpad.core.instance import ABOUT, INSTANCES

PAGE = "docs/howto/remove.md"


class Standing(str, Enum):
    """What is known of an owner without a folder of its own in the repository."""

    REMOVED = "removed"
    """Its folder was there and is gone."""
    UNDEPLOYED = "undeployed"
    """Nothing tells of a folder: provisioned, and not deployed yet or never."""
    RENAMED = "renamed"
    """Its Tutor root is in the repository under another name."""
    REPLACED = "replaced"
    """The folder of its name is another root's."""
    ELSEWHERE = "elsewhere"
    """Argo CD deploys it from another repository or branch: no orphan."""
    UNREADABLE = "unreadable"
    """There is a folder of its name that does not say whose it is."""
    ROOTLESS = "rootless"
    """Recorded by a program that uses the library without Tutor."""


class Key(NamedTuple):
    """An instance of a root, by the root's `ID`; `root` is empty where the records name none."""

    instance: str
    root: str


@dataclass(frozen=True)
class Folders:
    """What the repository has: instance → its `launchpad.json`, None where that cannot be read.

    `removed`: owner of a folder that was removed → in which commit, and when.
    """

    abouts: Mapping[str, Mapping[str, Any] | None] = field(default_factory=dict)
    removed: Mapping[Key, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Live:
    """What the cluster still has of an owner. `source`: from where Argo CD deploys it, if not from this repository."""

    objects: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True)
class Owner:
    """An owner of recorded names without a folder in the repository.

    `names`: server → what was made for it there; `claimed`: what perhaps was not. `live`: what the cluster still has of
    it. `what` and `todo` are for people.
    """

    instance: str
    root: str
    standing: Standing
    what: str
    todo: str
    names: Mapping[str, tuple[str, ...]]
    claimed: Mapping[str, tuple[str, ...]]
    live: tuple[str, ...] = ()


def without_folder(records: Iterable[Owned], abouts: Mapping[str, Mapping[str, Any] | None]) -> list[Key]:
    """The owners that no folder of the repository is of."""
    keys = sorted({Key(one.instance, one.root) for one in records})
    return [key for key in keys if not _is_of(abouts.get(key.instance), key)]


def describe_owner(key: Key, records: Iterable[Owned], folders: Folders, live: Live) -> Owner:
    """What is known of one of them."""
    own = [one for one in records if (one.instance, one.root) == key]
    standing, what = _standing(key, folders, live)
    there = f"; the cluster has {' and '.join(live.objects)}" if live.objects else ""
    made, claimed = (_names(one.item for one in own if one.made is made) for made in (True, False))
    return Owner(*key, standing, what + there, _todo(standing, live), made, claimed, live.objects)


def _is_of(about: Mapping[str, Any] | None, key: Key) -> bool:
    return about is not None and key.root in ("", str(about.get("id")))


def _standing(key: Key, folders: Folders, live: Live) -> tuple[Standing, str]:
    """The first that holds, the surest one first."""
    name, abouts = key.instance, folders.abouts
    if name in abouts and abouts[name] is None:
        return (
            Standing.UNREADABLE,
            f"{INSTANCES / name / ABOUT} is missing or cannot be read, so nobody knows whose it is",
        )
    if live.source:
        return Standing.ELSEWHERE, f"deployed from {live.source}"
    if not key.root:
        return Standing.ROOTLESS, "recorded by a program that uses launchpad_workflows without Tutor"
    others = sorted(other for other, about in abouts.items() if _is_of(about, key))
    if others:
        return Standing.RENAMED, f"its Tutor root is deployed as {' and '.join(others)} now"
    if name in abouts:
        return Standing.REPLACED, f"folder {INSTANCES / name} is another Tutor root's"
    if key in folders.removed:
        commit, when = folders.removed[key]
        return Standing.REMOVED, f"commit {commit[:10]} of {when[:10]} has removed its folder from the repository"
    return Standing.UNDEPLOYED, "the repository has never had its folder"


_FREE = f"free the names with `tutor launchpad deprovision` from its Tutor root, or without it as {PAGE} says"
_TODO = {
    Standing.REMOVED: _FREE,
    Standing.REPLACED: _FREE,
    Standing.RENAMED: f"once nothing needs its data, free the names as {PAGE} says",
    Standing.UNDEPLOYED: f"deploy it from its Tutor root; if it shall not be deployed, {_FREE}",
    Standing.UNREADABLE: "restore that file with Git",
    Standing.ROOTLESS: "ask whoever provisions with that program",
    Standing.ELSEWHERE: "",
}


def _todo(standing: Standing, live: Live) -> str:
    if not live.objects or standing not in (Standing.REMOVED, Standing.REPLACED, Standing.RENAMED):
        return _TODO[standing]
    return f"it may still run and use its data: take it from the cluster first; then {_TODO[standing]}"


def _names(items: Iterable[Item]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for item in sorted(items, key=lambda one: (one.resource, one.server, one.key)):
        found.setdefault(f"{item.resource}/{item.server}", []).append(item.key)
    return {place: tuple(names) for place, names in found.items()}


def split_used(
    nobodys: Mapping[str, Sequence[str]], abouts: Mapping[str, Mapping[str, Any] | None]
) -> tuple[dict[str, tuple[str, ...]], dict[str, dict[str, str]]]:
    """Names that are recorded for nobody: those that are nobody's, and those that an instance of the repository uses.

    The latter's records were lost, or are in the files of other Tutor roots that work with `--local`.
    """
    users = _used(abouts)
    orphans, used = dict[str, tuple[str, ...]](), dict[str, dict[str, str]]()
    for place, names in nobodys.items():
        found = {name: users[_use(place, name)] for name in names if _use(place, name) in users}
        left = tuple(name for name in names if name not in found)
        orphans |= {place: left} if left else {}
        used |= {place: found} if found else {}
    return orphans, used


def _use(place: str, name: str) -> tuple[str, bool, str]:
    kind, _, bare = name.partition("/")
    return place, kind == "user", bare.lower()


def _used(abouts: Mapping[str, Mapping[str, Any] | None]) -> dict[tuple[str, bool, str], str]:
    """(server, whether it is a user, name in lower case) → the instance whose `launchpad.json` names it."""
    found: dict[tuple[str, bool, str], str] = {}
    for instance, about in abouts.items():
        for resource, place in from_record((about or {}).get("data")).items():
            if place.at == SERVER:
                names = [*((False, name) for name in (place.names or {}).values())]
                names += [(True, name) for name in place.users.values()]
                found |= {(f"{resource}/{place.server}", user, name.lower()): instance for user, name in names}
    return found
