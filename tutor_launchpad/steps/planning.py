"""What a deploy would change in the cluster, found by reading alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor_launchpad.adapters.kubernetes import differs
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.namespace import wanted_objects
from tutor_launchpad.steps.secrets import missing_secrets

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster


def plan_cluster(deployment: Deployment) -> tuple[str, ...]:
    """A line for each object that would be made or changed; empty without a cluster."""
    cluster = deployment.cluster
    if cluster is None:
        return ()
    assert deployment.sealed is not None
    lines = list(_changes(cluster, [*wanted_objects(deployment), *deployment.application]))
    missing = missing_secrets(cluster, deployment.settings.instance, deployment.sealed.secrets)
    return (*lines, *(f"create Secret {item['metadata']['name']}" for item in missing))


def _changes(cluster: Cluster, wanted: Iterable[Object]) -> Iterable[str]:
    for item in wanted:
        metadata = item["metadata"]
        live = cluster.find(item["apiVersion"], item["kind"], metadata["name"], metadata.get("namespace"))
        if live is None:
            yield f"create {item['kind']} {metadata['name']}"
        elif differs(live, item):
            yield f"update {item['kind']} {metadata['name']}"
