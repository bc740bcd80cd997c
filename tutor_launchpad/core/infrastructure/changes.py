"""What a plan would do, read from `show -json`, which holds secrets: only addresses, names and attributes' names leave here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tutor_launchpad.core.types import Object

DATA = {
    "aws_db_instance": ("database server", "identifier"),
    "aws_rds_cluster": ("database server", "cluster_identifier"),
    "aws_docdb_cluster": ("database server", "cluster_identifier"),
    "aws_s3_bucket": ("bucket", "bucket"),
    "aws_ebs_volume": ("volume", "id"),
    "aws_efs_file_system": ("file system", "id"),
    "digitalocean_database_cluster": ("database server", "name"),
    "digitalocean_spaces_bucket": ("bucket", "name"),
    "digitalocean_volume": ("volume", "name"),
    "mongodbatlas_advanced_cluster": ("database server", "name"),
    "mongodbatlas_cluster": ("database server", "name"),
}
"""Type of what holds data → what it is, and the attribute with its name in the cloud."""

CLUSTERS = {"aws_eks_cluster": "name", "digitalocean_kubernetes_cluster": "name"}
"""Type of a Kubernetes cluster → the attribute with its name. All that runs in it, and its volumes, go with it."""

CREATE, UPDATE, REPLACE, DESTROY, FORGET = "create", "change", "replace", "destroy", "forget"
_ACTIONS = {
    ("create",): CREATE,
    ("update",): UPDATE,
    ("delete",): DESTROY,
    ("delete", "create"): REPLACE,
    ("create", "delete"): REPLACE,
    ("forget",): FORGET,
    ("create", "forget"): REPLACE,
}


@dataclass(frozen=True)
class Change:
    """One object. `holds`: what it is where it holds data; `name`: its name in the cloud then; `why`: of a replacement.

    `runs`: whether it is the Kubernetes cluster, which has a name too.
    """

    address: str
    action: str
    holds: str = ""
    name: str = ""
    why: tuple[str, ...] = ()
    runs: bool = False

    @property
    def loses(self) -> bool:
        """Whether data would be gone."""
        return bool(self.holds) and self.action in (REPLACE, DESTROY)


@dataclass(frozen=True)
class Planned:
    """What a plan would do. `changes`: all of it; `outside`: addresses that somebody changed in another way."""

    changes: tuple[Change, ...]
    outside: tuple[str, ...] = ()

    def of(self, *actions: str) -> list[Change]:
        """The changes of some kinds."""
        return [change for change in self.changes if change.action in actions]

    @property
    def losses(self) -> list[Change]:
        """What would take data with it."""
        return [change for change in self.changes if change.loses]

    @property
    def ends(self) -> list[Change]:
        """The Kubernetes cluster, where it would go."""
        return [change for change in self.of(REPLACE, DESTROY) if change.runs]


def read_plan(shown: Mapping[str, Any]) -> Planned:
    """The plan that `show -json` describes."""
    found = [_change(one) for one in shown.get("resource_changes") or [] if one.get("mode") == "managed"]
    outside = [one["address"] for one in shown.get("resource_drift") or [] if one["change"]["actions"] != ["no-op"]]
    return Planned(tuple(change for change in found if change), tuple(outside))


def _change(one: Object) -> Change | None:
    change = one["change"]
    action = _ACTIONS.get(tuple(change["actions"]))
    if action is None:
        return None
    holds, attribute = DATA.get(one["type"], ("", ""))
    values = change.get("before") or change.get("after") or {}
    attribute = attribute or CLUSTERS.get(one["type"], "")
    name = str(values.get(attribute) or one["address"]) if attribute else ""
    why = _why(one, change) if action == REPLACE else ()
    return Change(one["address"], action, holds, name, why, one["type"] in CLUSTERS)


def _why(one: Object, change: Object) -> tuple[str, ...]:
    if one.get("action_reason") == "replace_because_tainted":
        return ("it was left half made",)
    return tuple(dict.fromkeys(str(path[0]) for path in change.get("replace_paths") or [] if path))


def not_named(losses: Iterable[Change], named: Iterable[str]) -> list[Change]:
    """What would lose data that nobody has named for it."""
    names = set(named)
    return [change for change in losses if change.name not in names]
