"""The step that makes the instance's namespace fit to deploy into: owner, Pod Security, quota, network policies."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tutor_launchpad import hooks
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.errors import Conflict
from tutor_launchpad.core.namespaces import is_terminating
from tutor_launchpad.core.ownership import MANAGED_LABEL, MANAGER, owner
from tutor_launchpad.core.podsecurity import enforced_level
from tutor_launchpad.core.policies import surroundings
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.clock import REAL, Time
from tutor_launchpad.steps.restore import restore
from tutor_launchpad.steps.terminating import PATIENCE, terminating, wait_until_gone

if TYPE_CHECKING:
    from tutor_launchpad.steps.deployment import Deployment

OURS = f"{MANAGED_LABEL}={MANAGER}"
POLICY_KINDS = (("v1", "ResourceQuota"), ("v1", "LimitRange"), ("networking.k8s.io/v1", "NetworkPolicy"))
WORKLOADS = (
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("v1", "Pod"),
    ("v1", "PersistentVolumeClaim"),
)


def run_namespace(deployment: Deployment, clock: Time = REAL) -> tuple[Status, str]:
    """Make or complete the namespace; raises `Conflict` where it is somebody else's or its deletion does not end."""
    name = deployment.settings.instance
    if deployment.cluster is None:
        deployment.remaining.append(f"make namespace {name} with its quota and network policies")
        return Status.SKIPPED, "no cluster"
    cluster = deployment.cluster
    root_id, patience = str(deployment.config["ID"]), min(PATIENCE, deployment.options.timeout)
    live = wait_until_gone(lambda: _find_own(cluster, name, root_id), deployment.progress.say, patience, clock)
    _refuse_strangers(cluster, live, root_id)
    first, *others = wanted_objects(deployment)
    if live is not None and not owner(live):  # of two roots that adopt it, the second gets `Conflict`
        first["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"]
    outcome = cluster.ensure_against(live, first)
    outcomes = ["" if outcome == "unchanged" else f"namespace {outcome}"]
    outcomes += _ensure_policies(cluster, name, others, fresh=live is None)
    changes = [outcome for outcome in outcomes if outcome]
    return (Status.DONE, ", ".join(changes)) if changes else (Status.UNCHANGED, name)


def find_namespace(cluster: Cluster, name: str, root_id: str) -> Object | None:
    """The namespace where it exists and may be this instance's; raises `Conflict` where it may not."""
    live = _find_own(cluster, name, root_id)
    if live is not None and is_terminating(live):
        raise terminating(live)
    _refuse_strangers(cluster, live, root_id)
    return live


def _find_own(cluster: Cluster, name: str, root_id: str) -> Object | None:
    """The namespace, where it is not another root's."""
    live = cluster.find("v1", "Namespace", name)
    if live is not None and owner(live) not in ("", root_id):
        raise Conflict(
            f"Namespace {name} belongs to another Tutor root (its ID is {owner(live)!r}): choose another name with "
            "`tutor config save --set K8S_NAMESPACE=…`."
        )
    return live


def _refuse_strangers(cluster: Cluster, live: Object | None, root_id: str) -> None:
    """Raise where a namespace without owner holds workloads or claims that Tutor did not make for this very root."""
    if live is None or owner(live):
        return
    name, found = live["metadata"]["name"], []
    for api_version, kind in WORKLOADS:
        for obj in cluster.list(api_version, kind, name):
            labels = obj["metadata"].get("labels") or {}
            if labels.get("app.kubernetes.io/instance") != f"openedx-{root_id}":
                found.append(f"{kind} {obj['metadata']['name']}")
    if found:
        raise Conflict(
            f"Namespace {name} exists and holds what this Tutor root did not make ({', '.join(found[:3])}): choose "
            "another name with `tutor config save --set K8S_NAMESPACE=…`, or empty it."
        )


def wanted_objects(deployment: Deployment) -> list[Object]:
    """The Namespace, and after it what surrounds the instance there."""
    settings, config = deployment.settings, deployment.config
    level = enforced_level(deployment.objects, settings.cluster_resources)
    flows = [*hooks.NETWORK_FLOWS.apply([], config), *deployment.flows]
    return surroundings(settings, str(config["ID"]), level, flows)


def _ensure_policies(cluster: Cluster, namespace: str, wanted: list[Object], fresh: bool) -> list[str]:
    """Apply what differs, and remove those of ours that are no longer wanted."""
    live = {}
    for api_version, kind in () if fresh else POLICY_KINDS:
        for obj in cluster.list(api_version, kind, namespace, OURS):
            live[kind, obj["metadata"]["name"]] = obj
    outcomes = []
    for obj in wanted:
        kind, name = obj["kind"], obj["metadata"]["name"]
        find = partial(cluster.find, obj["apiVersion"], kind, name, namespace)
        outcomes.append(restore(cluster, find, obj, live.pop((kind, name), None)))
    for (kind, name), obj in live.items():
        cluster.delete(obj["apiVersion"], kind, name, namespace)
        outcomes.append(f"{kind} {name} removed")
    return outcomes
