"""What a deploy would change in the cluster, found by reading alone."""

from __future__ import annotations

from tutor_launchpad.core.plan import ClusterChange, PlannedRun
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.namespace import find_namespace, wanted_objects
from tutor_launchpad.steps.provision import current_fingerprint, last_fingerprint
from tutor_launchpad.steps.secrets import missing_secrets
from tutor_launchpad.steps.surroundings import Surroundings, changed_objects


def plan_cluster(deployment: Deployment) -> tuple[ClusterChange, ...]:
    """Each object that would be made, changed or removed; empty without a cluster.

    Raises `Conflict` where the deploy would: the namespace is somebody else's, or is being deleted.
    """
    cluster, name = deployment.cluster, deployment.settings.instance
    if cluster is None:
        return ()
    assert deployment.sealed is not None
    find_namespace(cluster, name, str(deployment.config["ID"]))
    changes = Surroundings(name, tuple(wanted_objects(deployment))).drift(cluster)
    changes += changed_objects(cluster, deployment.application)
    missing = missing_secrets(cluster, name, deployment.sealed.secrets)
    return (*changes, *(ClusterChange("create", "Secret", item["metadata"]["name"]) for item in missing))


def plan_provisioning(deployment: Deployment) -> PlannedRun | None:
    """Whether a provisioning run would start; None without servers or cluster."""
    if deployment.cluster is None or deployment.resources is None:
        return None
    servers = tuple(map(str, deployment.resources.servers))
    last, now = last_fingerprint(deployment, deployment.cluster), current_fingerprint(deployment, deployment.resources)
    if last == now:
        return PlannedRun(False, "nothing has changed since the last run that ended well", servers)
    why = "what is asked for has changed since the last run" if last else "no run has ended well yet"
    return PlannedRun(True, why, servers)
