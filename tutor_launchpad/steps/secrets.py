"""The sealed Secrets in an instance's namespace: those that a revision names, and those kept for rollback."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tutor_launchpad.core.argocd import API
from tutor_launchpad.core.instance import ABOUT, read_about
from tutor_launchpad.core.job_settings import COPY_LABEL
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.deployment import Deployment

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster

LABEL = "launchpad.openedx.org/sealed"
KEPT_REVISIONS = 10
YOUNG = timedelta(hours=1)
"""A Secret may be this young and named by no revision yet: a deploy applies before it commits."""


def missing_secrets(cluster: Cluster, namespace: str, secrets: Iterable[Object]) -> list[Object]:
    """Those that the namespace does not have yet, or that somebody replaced there."""
    there = _sealed(cluster, namespace)
    return [item for item in secrets if not _holds(there.get(item["metadata"]["name"]), item)]


def apply_secrets(
    cluster: Cluster, namespace: str, secrets: Iterable[Object], say: Callable[[str], None] = lambda text: None
) -> int:
    """Make those that are missing; returns how many. One that somebody replaced is immutable, and made anew."""
    there = _sealed(cluster, namespace)
    made = 0
    for item in secrets:
        name, live = item["metadata"]["name"], there.get(item["metadata"]["name"])
        if _holds(live, item):
            continue
        if live is not None:
            say(f"Secret {name} did not hold what was sealed: made anew; restart the pods that use it")
            cluster.delete("v1", "Secret", name, namespace, live["metadata"]["uid"])
        labels = {**item["metadata"].get("labels", {}), LABEL: "true"}
        cluster.apply({**item, "metadata": {**item["metadata"], "namespace": namespace, "labels": labels}})
        made += 1
    return made


def _sealed(cluster: Cluster, namespace: str) -> dict[str, Object]:
    return {item["metadata"]["name"]: item for item in cluster.list("v1", "Secret", namespace, labels=f"{LABEL}=true")}


def _holds(live: Object | None, wanted: Object) -> bool:
    """Names come from the content; only somebody's hand can have put another one under it, but for init jobs' copies."""
    if live is None:
        return False
    is_copy = COPY_LABEL in wanted["metadata"].get("labels", {})
    return is_copy or (live.get("data") or {}) == wanted.get("data", {})


def drop_old_secrets(deployment: Deployment) -> None:
    """Delete the Secrets that no revision names to which somebody may still go back, or which still runs."""
    cluster, namespace = deployment.cluster, deployment.settings.instance
    assert cluster is not None
    records = [read_about(about) for about in _kept_records(deployment, cluster)]
    if None in records:
        deployment.progress.say("no old Secrets removed: a revision that is kept or synced cannot be read here")
        return
    kept = {name for about in records for name in (about or {}).get("secrets") or []}
    youngest = f"{datetime.now(timezone.utc) + cluster.ahead - YOUNG:%Y-%m-%dT%H:%M:%SZ}"
    for item in cluster.list("v1", "Secret", namespace, f"{LABEL}=true", bare=True):
        old = str(item["metadata"].get("creationTimestamp", "")) < youngest
        if old and item["metadata"]["name"] not in kept:
            cluster.delete("v1", "Secret", item["metadata"]["name"], namespace)


def _kept_records(deployment: Deployment, cluster: Cluster) -> list[bytes]:
    """`launchpad.json` at the last revisions in Git and at those that Argo CD has synced and can roll back to."""
    settings, repository = deployment.settings, deployment.repository
    application = cluster.find(API, "Application", settings.instance, settings.argocd_namespace) or {}
    status = application.get("status") or {}
    synced = {entry.get("revision", "") for entry in status.get("history") or []}
    synced |= {(status.get("sync") or {}).get("revision", "")}
    found = repository.history(settings.folder, ABOUT, KEPT_REVISIONS)
    return found + [repository.file(settings.folder, ABOUT, revision) for revision in synced if revision]
