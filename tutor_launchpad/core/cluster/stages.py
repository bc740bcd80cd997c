"""In which order the objects of a component are applied, and when its workloads are ready. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from tutor_launchpad.core.cluster.components import CRD
from tutor_launchpad.core.types import Object

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
DEX = "argocd-dex-server"
"""Argo CD's door to single sign-on: without a `dex.config` nobody goes through it, and nobody waits for it."""
SERVER = "argo-server"
"""Argo Workflows' page: with a single sign-on it starts once Argo CD is at its address, which comes later."""


def staged(objects: Iterable[Object]) -> tuple[list[Object], list[Object]]:
    """What defines namespaces and kinds, and all that needs these; workloads last. Else in the order given."""
    ordered = sorted(objects, key=_rank)
    return [one for one in ordered if _rank(one) < 2], [one for one in ordered if _rank(one) >= 2]


def _rank(obj: Object) -> int:
    kind = obj["kind"]
    return {"Namespace": 0, CRD: 1}.get(kind, 3 if kind in WORKLOADS else 2)


def established(definition: Object) -> bool:
    """Whether the API serves the kind that a CustomResourceDefinition defines."""
    conditions = (definition.get("status") or {}).get("conditions") or []
    return any(one.get("type") == "Established" and one.get("status") == "True" for one in conditions)


def unready(live: Object) -> str:
    """What a workload lacks, as the end of a sentence; empty where all of its pods are new and ready."""
    spec, status = live.get("spec") or {}, live.get("status") or {}
    if live["kind"] == "DaemonSet":
        wanted = int(status.get("desiredNumberScheduled", 0))
        ready, updated = int(status.get("numberAvailable", 0)), int(status.get("updatedNumberScheduled", 0))
    else:
        wanted = int(spec.get("replicas", 1))
        ready = int(status.get("availableReplicas", status.get("readyReplicas", 0)))
        updated = int(status.get("updatedReplicas", 0))
    if int(status.get("observedGeneration", 0)) < int(live["metadata"].get("generation", 0)):
        return "is not yet looked at"
    if ready < wanted:
        return f"has {ready} of {wanted} pods ready"
    return "" if updated >= wanted else f"has {updated} of {wanted} pods of the new version"


def awaited(objects: Iterable[Object]) -> list[tuple[str, str, str]]:
    """Kind, namespace and name of each workload that must run."""
    everything = list(objects)
    data = {one["metadata"]["name"]: one.get("data") or {} for one in everything if one["kind"] == "ConfigMap"}
    unawaited = set() if data.get("argocd-cm", {}).get("dex.config") else {DEX}
    if data.get("workflow-controller-configmap", {}).get("sso"):
        unawaited.add(SERVER)
    return [
        (one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"])
        for one in everything
        if one["kind"] in WORKLOADS and one["metadata"]["name"] not in unawaited
    ]
