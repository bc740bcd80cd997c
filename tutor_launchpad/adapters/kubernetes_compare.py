"""Whether an object in the cluster already is what we would apply, so that nothing is written for nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor_launchpad.core.quantities import same_quantity
from tutor_launchpad.core.types import Object

MANAGER = "launchpad"
QUANTITIES = {"ResourceQuota", "LimitRange"}


def differs(live: Object, wanted: Object) -> bool:
    """True where server-side apply of `wanted` by us would change `live`.

    Everything wanted must be there, and nothing of what we once applied may be there that is no longer wanted.
    What the server or others added does not count.
    """
    loose = wanted.get("kind") in QUANTITIES
    return not _covers(live, wanted, loose) or any(_given_up(entry, wanted) for entry in _ours(live))


def _covers(live: Any, wanted: Any, loose: bool) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(live, Mapping) and all(
            value is None or (key in live and _covers(live[key], value, loose)) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return (
            isinstance(live, list)
            and len(live) == len(wanted)
            and all(_covers(one, other, loose) for one, other in zip(live, wanted, strict=True))
        )
    return bool(live == wanted) or (loose and same_quantity(live, wanted))


def _ours(live: Object) -> list[Object]:
    entries = live.get("metadata", {}).get("managedFields") or []
    return [
        entry.get("fieldsV1", {})
        for entry in entries
        if entry.get("manager") == MANAGER and entry.get("operation") == "Apply" and not entry.get("subresource")
    ]


def _given_up(fields: Object, wanted: Any) -> bool:
    """A field that we own (`f:name`) and no longer want; lists are compared whole elsewhere."""
    for key, inner in fields.items():
        if not key.startswith("f:"):
            continue
        if not isinstance(wanted, Mapping) or key[2:] not in wanted:
            return True
        if _given_up(inner, wanted[key[2:]]):
            return True
    return False
