"""What a deploy would change in the cluster, found by reading alone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor_launchpad.adapters.kubernetes import differs
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.namespace import OURS, POLICY_KINDS, find_namespace, wanted_objects
from tutor_launchpad.steps.secrets import missing_secrets

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster


def plan_cluster(deployment: Deployment) -> tuple[str, ...]:
    """A line for each object that would be made, changed or removed; empty without a cluster.

    Raises `Conflict` where the deploy would: the namespace is somebody else's, or is being deleted.
    """
    cluster, name = deployment.cluster, deployment.settings.instance
    if cluster is None:
        return ()
    assert deployment.sealed is not None
    find_namespace(cluster, name, str(deployment.config["ID"]))
    surroundings = wanted_objects(deployment)
    lines = [*_changes(cluster, [*surroundings, *deployment.application]), *_removals(cluster, name, surroundings)]
    missing = missing_secrets(cluster, name, deployment.sealed.secrets)
    return (*lines, *(f"create Secret {item['metadata']['name']}" for item in missing))


def _removals(cluster: Cluster, namespace: str, wanted: Iterable[Object]) -> Iterable[str]:
    kept = {(item["kind"], item["metadata"]["name"]) for item in wanted}
    for api_version, kind in POLICY_KINDS:
        for item in cluster.list(api_version, kind, namespace, OURS):
            if (kind, item["metadata"]["name"]) not in kept:
                yield f"remove {kind} {item['metadata']['name']}"


def _changes(cluster: Cluster, wanted: Iterable[Object]) -> Iterable[str]:
    for item in wanted:
        metadata = item["metadata"]
        live = cluster.find(item["apiVersion"], item["kind"], metadata["name"], metadata.get("namespace"))
        if live is None:
            yield f"create {item['kind']} {metadata['name']}"
        elif differs(live, item):
            yield f"update {item['kind']} {metadata['name']}"
