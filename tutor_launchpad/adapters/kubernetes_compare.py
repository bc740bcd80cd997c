"""Whether an object in the cluster already is what we would apply, so that nothing is written for nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
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
    return bool(differences(live, wanted))


def differences(live: Object, wanted: Object) -> list[str]:
    """The fields that such an apply would change, as `spec.hard[pods]`; a list is one field."""
    loose = wanted.get("kind") in QUANTITIES
    dropped = (path for entry in _ours(live) for path in _given_up(entry, wanted, ""))
    return sorted({*_changed(live, wanted, loose, ""), *dropped})


def _changed(live: Any, wanted: Any, loose: bool, path: str) -> Iterator[str]:
    """Mappings field by field; anything else is one field."""
    if not (isinstance(wanted, Mapping) and isinstance(live, Mapping)):
        if not _covers(live, wanted, loose):
            yield path
        return
    for key, value in wanted.items():
        if _says_nothing(value, key, live):
            continue
        if key not in live:
            yield _below(path, key)
        else:
            yield from _changed(live[key], value, loose, _below(path, key))


def _says_nothing(value: Any, key: str, live: Mapping[str, Any]) -> bool:
    """A null, or an empty list where none is kept: the server drops both."""
    return value is None or (value == [] and key not in live)


def _below(path: str, key: str) -> str:
    """`metadata.labels[app.kubernetes.io/name]`: a key with dots or slashes would read as a path."""
    return f"{path}.{key}".lstrip(".") if re.fullmatch(r"\w+", key) else f"{path}[{key}]"


def _covers(live: Any, wanted: Any, loose: bool) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(live, Mapping) and all(
            _says_nothing(value, key, live) or (key in live and _covers(live[key], value, loose))
            for key, value in wanted.items()
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


def _given_up(fields: Object, wanted: Any, path: str) -> Iterator[str]:
    """Fields that we own (`f:name`) and no longer want; lists are compared whole elsewhere."""
    for key, inner in fields.items():
        if not key.startswith("f:"):
            continue
        if not isinstance(wanted, Mapping) or key[2:] not in wanted:
            yield _below(path, key[2:])
        else:
            yield from _given_up(inner, wanted[key[2:]], _below(path, key[2:]))
