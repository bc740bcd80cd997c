"""What has to happen in Kubernetes before its cluster is destroyed, so that nothing stays in the cloud that nobody knows."""

from __future__ import annotations

from collections.abc import Callable

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.errors import NoSuchKind, NotFound, TimedOut
from tutor_launchpad.core.infrastructure.clouds import Found, Say
from tutor_launchpad.core.infrastructure.inside import PROJECT, Inside, described, volume_text
from tutor_launchpad.core.listing import listed
from tutor_launchpad.core.namespaces import waits_for
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.clock import REAL, Time

DEADLINE = 900.0
POLL = 5.0
ARGO = ("argoproj.io/v1alpha1", "Application")


def look(cluster: Cluster) -> Inside:
    """What is there."""
    return Inside(
        namespaces=tuple(cluster.list("v1", "Namespace")),
        applications=tuple(_any(cluster, *ARGO)),
        services=tuple(cluster.list("v1", "Service")),
        ingresses=tuple(_any(cluster, "networking.k8s.io/v1", "Ingress")),
        claims=tuple(cluster.list("v1", "PersistentVolumeClaim")),
        volumes=tuple(cluster.list("v1", "PersistentVolume")),
    )


def clear(cluster: Cluster, inside: Inside, say: Say, clock: Time = REAL) -> None:
    """Delete what has something in the cloud, and wait until the cloud has taken it away too."""
    for one in sorted(inside.applications, key=lambda one: one["metadata"]["name"] != PROJECT):
        name, namespace = one["metadata"]["name"], one["metadata"]["namespace"]
        say(f"deleting Argo CD's Application {name}, so that nothing brings back what goes now")
        if one["metadata"].get("finalizers"):
            cluster.patch(*ARGO, name, namespace, {"metadata": {"finalizers": None}})
        cluster.delete(*ARGO, name, namespace)
    for one in inside.guarded:
        say(f"keeping {volume_text(one)}, as nobody named its data")
        retain = {"spec": {"persistentVolumeReclaimPolicy": "Retain"}}
        cluster.patch("v1", "PersistentVolume", one["metadata"]["name"], None, retain)
    for name in inside.going:
        say(f"deleting namespace {name} with its load balancers and volumes")
        cluster.delete("v1", "Namespace", name)
    end, told = clock.now() + DEADLINE, ""
    while remaining := look(cluster).outstanding:
        text = f"waiting until the cloud has taken away {listed([described(one) for one in remaining], 3)}"
        if clock.now() >= end:
            raise TimedOut(_stuck(cluster, inside, remaining))
        if text != told:
            say(text)
            told = text
        clock.sleep(POLL)


def wait_for_cloud(load_balancers: Callable[[], list[Found]], say: Say, clock: Time = REAL) -> None:
    """Wait until the cloud's own list of load balancers is empty; it may lag behind."""
    end = clock.now() + DEADLINE
    while found := load_balancers():
        if clock.now() >= end:
            ways = "; ".join(one.remove for one in found)
            raise TimedOut(
                f"The cloud still has {listed(found, 3)} after {DEADLINE / 60:.0f} minutes: remove by hand ({ways}), then "
                "run the same command again."
            )
        say(f"waiting until the cloud has no {listed(found, 3)} any more")
        clock.sleep(POLL)


def _stuck(cluster: Cluster, inside: Inside, remaining: list[Object]) -> str:
    reasons = []
    for name in inside.going:
        live = cluster.find("v1", "Namespace", name)
        if live is not None and (reason := waits_for(live)):
            reasons.append(f"namespace {name} says: {reason}")
    because = f" ({'; '.join(reasons)})" if reasons else ""
    return (
        f"After {DEADLINE / 60:.0f} minutes there is still {listed([described(one) for one in remaining], 3)}{because}. "
        "Nothing of Terraform's was destroyed: see what holds it with kubectl, then run the same command again."
    )


def _any(cluster: Cluster, version: str, kind: str) -> list[Object]:
    try:
        return cluster.list(version, kind)
    except (NoSuchKind, NotFound):
        return []
