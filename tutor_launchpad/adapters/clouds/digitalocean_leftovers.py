"""What DigitalOcean has of a cluster beside what Terraform knows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from launchpad_workflows.provisioners.http import Api, Missing

from tutor_launchpad.core.cluster.answers import Answers
from tutor_launchpad.core.infrastructure.clouds import Found

MOST = 200
"""Of a page."""
TAG = "k8s:"
"""Begins the tag of what belongs to one cluster; its id follows."""


def clusters(api: Api) -> list[dict[str, Any]]:
    """All of the account."""
    return list(_each(api, "/v2/kubernetes/clusters", "kubernetes_clusters", "list clusters", "kubernetes:read"))


def load_balancers(api: Api, cluster: str) -> list[Found]:
    """Those that Kubernetes made for this cluster."""
    path = f"/v2/kubernetes/clusters/{cluster}/destroy_with_associated_resources"
    told = api.call("GET", path, "list what belongs to the cluster", needs="kubernetes:read")
    return [Found("load balancer", one["name"], f"doctl compute load-balancer delete {one['id']}")
            for one in told.get("load_balancers") or []]  # fmt: skip


def leftovers(api: Api, answers: Answers, cluster: str) -> list[Found]:
    """All that costs money; `cluster` is the id of one that is still there, else empty."""
    found = load_balancers(api, cluster) if cluster else []
    alive = {one["id"] for one in clusters(api)} - {cluster}
    volumes = _each(api, "/v2/volumes", "volumes", "list volumes", "block_storage:read", region=answers.region)
    for one in volumes:
        if _left(one, alive):
            note = f"{one['size_gigabytes']} GiB"
            found.append(Found("volume", one["name"], f"doctl compute volume delete {one['id']}", note))
    snapshots = _each(api, "/v2/snapshots", "snapshots", "list snapshots", "snapshot:read", resource_type="volume")
    for one in snapshots:
        if answers.region in one["regions"] and _left(one, alive):
            found.append(Found("snapshot", one["name"], f"doctl compute snapshot delete {one['id']}"))
    for one in _each(api, "/v2/databases", "databases", "list database servers", "database:read"):
        if one["name"].startswith(f"{answers.cluster}-"):
            found.append(Found("database server", one["name"], f"doctl databases delete {one['id']}"))
    return [*found, *_registry(api)]


def _left(one: dict[str, Any], alive: set[str]) -> bool:
    """Whether a cluster had made it that is gone, or is this one."""
    owners = {tag.removeprefix(TAG) for tag in one.get("tags") or [] if tag.startswith(TAG)}
    return bool(owners) and not owners & alive


def _registry(api: Api) -> Iterator[Found]:
    try:
        told = api.call("GET", "/v2/registry", "read the registry", needs="registry:read")
    except Missing:
        return
    if told and told.get("registry"):
        yield Found("registry", told["registry"]["name"], "doctl registry delete", "the whole account's")


def _each(api: Api, path: str, key: str, what: str, needs: str, **query: str) -> Iterator[dict[str, Any]]:
    page = 1
    while True:
        told = api.call("GET", path, what, needs=needs, query={**query, "per_page": MOST, "page": page})
        yield from told.get(key) or []
        if not ((told.get("links") or {}).get("pages") or {}).get("next"):
            return
        page += 1
