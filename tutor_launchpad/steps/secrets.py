"""The sealed Secrets in an instance's namespace: those that a revision names, and those kept for rollback."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.deployment import Deployment

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster

LABEL = "launchpad.openedx.org/sealed"
KEPT_REVISIONS = 10


def missing_secrets(cluster: Cluster, namespace: str, secrets: Iterable[Object]) -> list[Object]:
    """Those that the namespace does not have yet; they are named by content, so those that it has are right."""
    there = {item["metadata"]["name"] for item in cluster.list("v1", "Secret", namespace, labels=f"{LABEL}=true")}
    return [item for item in secrets if item["metadata"]["name"] not in there]


def apply_secrets(cluster: Cluster, namespace: str, secrets: Iterable[Object]) -> int:
    """Make those that are missing; returns how many."""
    missing = missing_secrets(cluster, namespace, secrets)
    for item in missing:
        labels = {**item["metadata"].get("labels", {}), LABEL: "true"}
        cluster.apply({**item, "metadata": {**item["metadata"], "namespace": namespace, "labels": labels}})
    return len(missing)


def drop_old_secrets(deployment: Deployment) -> None:
    """Delete the Secrets that none of the last revisions of this instance names."""
    assert deployment.cluster is not None
    folder = deployment.settings.folder
    history = deployment.repository.history(folder, "launchpad.json", KEPT_REVISIONS)
    kept = {name for data in history for name in json.loads(data).get("secrets", [])}
    namespace = deployment.settings.instance
    for item in deployment.cluster.list("v1", "Secret", namespace, labels=f"{LABEL}=true"):
        if item["metadata"]["name"] not in kept:
            deployment.cluster.delete("v1", "Secret", item["metadata"]["name"], namespace)
