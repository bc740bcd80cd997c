"""From what kustomize built to what an instance's manifests hold, before sealing."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence

from tutor_launchpad.core.jobs import HOOK
from tutor_launchpad.core.pods import containers, pod_template
from tutor_launchpad.core.types import Object

SYNC_OPTIONS = "argocd.argoproj.io/sync-options"
COMPARE_OPTIONS = "argocd.argoproj.io/compare-options"
KEPT = "Prune=false,Delete=false"


def instance_objects(built: Sequence[Object]) -> list[Object]:
    """The objects that the repository holds, each adapted; the input stays as it is.

    Left out are the Namespace, which the deploy owns, and Tutor's job templates, which Argo CD would skip.
    """
    kept = [copy.deepcopy(item) for item in built if not _left_out(item)]
    scaled = _autoscaled(kept)
    for item in kept:
        kind = item["kind"]
        if kind == "Service":
            _make_internal(item)
        elif (kind, item["metadata"]["name"]) in scaled:
            item["spec"].pop("replicas", None)
    return kept


def _left_out(item: Object) -> bool:
    hook = (item["metadata"].get("annotations") or {}).get(HOOK)
    kind = str(item["kind"])
    return kind == "Namespace" or (kind == "Job" and hook == "Skip")


def _make_internal(service: Object) -> None:
    """A cluster has 2,768 node ports and pays for each load balancer; traffic comes through Ingresses."""
    spec = service["spec"]
    if spec.get("type") not in ("NodePort", "LoadBalancer"):
        return
    spec["type"] = "ClusterIP"
    for name in ("externalTrafficPolicy", "loadBalancerIP", "loadBalancerClass", "loadBalancerSourceRanges"):
        spec.pop(name, None)
    for port in spec.get("ports", []):
        port.pop("nodePort", None)


def keep_claims(objects: Iterable[Object]) -> list[Object]:
    """The objects, with each claim marked to stay when it is no longer named: those of Tutor, and those that hooks add."""
    return [_kept(item) if item["kind"] == "PersistentVolumeClaim" else item for item in objects]


def _kept(claim: Object) -> Object:
    annotations = claim["metadata"].get("annotations") or {}
    given = [part for part in annotations.get(SYNC_OPTIONS, "").split(",") if part]
    kept = ",".join(dict.fromkeys([*given, *KEPT.split(",")]))
    # A claim that a revision no longer names stays, and must not count as a difference for ever.
    annotations = {**annotations, SYNC_OPTIONS: kept, COMPARE_OPTIONS: "IgnoreExtraneous"}
    return {**claim, "metadata": {**claim["metadata"], "annotations": annotations}}


def _autoscaled(objects: Iterable[Object]) -> set[tuple[str, str]]:
    targets = (o["spec"]["scaleTargetRef"] for o in objects if o["kind"] == "HorizontalPodAutoscaler")
    return {(target["kind"], target["name"]) for target in targets}


def images(objects: Iterable[Object]) -> list[str]:
    """The container images that these objects run, sorted."""
    templates = (pod_template(item) for item in objects)
    return sorted(
        {
            str(container["image"])
            for template in templates
            if template is not None
            for _, container in containers(template.get("spec", {}))
            if container.get("image")
        }
    )
