"""Whether a Tutor root was deployed under another name before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Neighbours = Mapping[str, Mapping[str, Any]]
"""Instance → what its `launchpad.json` says, of all folders but our own."""


def former_names(root_id: str, others: Neighbours, own: Mapping[str, Any] | None, remembered: str) -> list[str]:
    """The names that this root had before the one with which it is deployed now.

    Its ID in another folder tells at the first deploy under a name (`own` is None); later such a folder is one that was
    told of already, or a copy of this root. `remembered`: another name that the root itself has kept from its last deploy.
    """
    found = set() if own is not None else {name for name, about in others.items() if about.get("id") == root_id}
    return sorted(found | ({remembered} if remembered else set()))


def excused(root_id: str, others: Neighbours, formerly: Iterable[str]) -> set[str]:
    """Folders that are this root's own former ones, whose hosts are no stranger's."""
    return {name for name in formerly if others.get(name, {}).get("id") == root_id}
