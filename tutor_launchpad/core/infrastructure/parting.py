"""What a destruction takes and what it leaves: data that nobody named stays, with what it stands on."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tutor_launchpad.core.infrastructure.changes import CLUSTERS, DATA
from tutor_launchpad.core.types import Object

_KEYS = re.compile(r"\[[^\]]*\]")
_DATA = re.compile(r"(^|\.)data\.")


@dataclass(frozen=True)
class Held:
    """An object that Terraform knows. `holds` and `name`: see `Change`; `needs`: addresses without keys, of all it stands on;
    `id`: in the cloud.
    """

    address: str
    kind: str
    holds: str
    name: str
    needs: frozenset[str]
    id: str = ""

    @property
    def plain(self) -> str:
        """Its address without keys."""
        return _KEYS.sub("", self.address)


@dataclass(frozen=True)
class Division:
    """`kept`: data that stays; `lost`: data that goes; `targets`: what goes, None for all, empty for nothing.

    `parted`: what goes although it stands on kept data, as it stands on something else that goes. `standing`: the Kubernetes
    cluster, where kept data stands on it.
    """

    kept: tuple[Held, ...]
    lost: tuple[Held, ...]
    targets: tuple[str, ...] | None = None
    parted: tuple[str, ...] = ()
    standing: tuple[Held, ...] = ()


def read_state(shown: Mapping[str, Any]) -> list[Held]:
    """The objects of a state that `show -json` describes; only addresses and the names of data leave here."""
    return [_held(one) for one in _resources((shown.get("values") or {}).get("root_module") or {})]


def divide(held: Sequence[Held], named: Collection[str]) -> Division:
    """What goes where these names may be lost."""
    kept = tuple(one for one in held if one.holds and one.name not in named)
    lost = tuple(one for one in held if one.holds and one.name in named)
    if not kept:
        return Division((), lost)
    ground = frozenset().union(*(one.needs for one in kept))
    stays = {one.address for one in held if one in kept or (one.plain in ground and one not in lost)}
    stays |= _companions(held, kept, ground, stays)
    going = [one for one in held if one.address not in stays]
    parted = tuple(one.address for one in going if _belongs(one, kept, held))
    standing = tuple(one for one in held if one.kind in CLUSTERS and one.address in stays)
    return Division(kept, lost, tuple(one.address for one in going), parted, standing)


def _companions(held: Sequence[Held], kept: Sequence[Held], ground: frozenset[str], stays: set[str]) -> set[str]:
    """What stands on kept data, and on nothing that goes: its settings, its servers, what keeps it closed."""
    solid = ground | {one.plain for one in kept}
    found: set[str] = set()
    while True:
        more = {
            one.address
            for one in held
            if not one.holds and one.address not in found | stays and one.needs <= solid and _belongs(one, kept, held)
        }
        if not more:
            return found
        found |= more
        solid |= {one.plain for one in held if one.address in more}


def _belongs(one: Held, kept: Sequence[Held], held: Sequence[Held]) -> bool:
    """Whether it stands on kept data; of several under keys, on the one with its own key."""
    on = [each for each in kept if each.plain in one.needs]
    own = _KEYS.findall(one.address)[-1:]
    same = [each for each in held if each.holds and each.plain in one.needs and own and each.address.endswith(own[0])]
    return bool(on) and (not same or same[0] in kept)


def _resources(module: Mapping[str, Any]) -> Iterator[Object]:
    yield from (one for one in module.get("resources") or [] if one.get("mode") == "managed")
    for child in module.get("child_modules") or []:
        yield from _resources(child)


def _held(one: Object) -> Held:
    holds, attribute = DATA.get(one["type"], ("", CLUSTERS.get(one["type"], "")))
    values = one.get("values") or {}
    name = str(values.get(attribute) or one["address"]) if attribute else ""
    needs = frozenset(_KEYS.sub("", address) for address in one.get("depends_on") or [] if not _DATA.search(address))
    return Held(one["address"], one["type"], holds, name, needs, str(values.get("id") or ""))
