"""Images: what runs in the pods beside what Git names, and tags that stand for several images at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from tutor_launchpad.core.pods import containers, pod_template
from tutor_launchpad.core.status.model import StaleImage
from tutor_launchpad.core.types import Object

_FIELDS = ("initContainers", "containers")


def stale_images(pods: Iterable[Object], manifests: Iterable[Object]) -> tuple[StaleImage, ...]:
    """Containers whose image is not what Git names for them.

    Compared by workload and container, so that what an injector adds to a pod does not count.
    """
    wanted = {
        (f"{item['kind']} {item['metadata']['name']}", container["name"]): str(container.get("image", ""))
        for item in manifests
        if (template := pod_template(item)) is not None
        for _, container in containers(template["spec"])
    }
    counts: dict[tuple[str, str, str, str], int] = {}
    for pod in _working(pods):
        workload = _workload(pod)
        for _, container in containers(pod.get("spec") or {}):
            runs, name = str(container.get("image", "")), str(container.get("name"))
            image = wanted.get((workload, name), runs)
            if image != runs:
                key = (workload, name, runs, image)
                counts[key] = counts.get(key, 0) + 1
    return tuple(StaleImage(*key, pods=count) for key, count in sorted(counts.items()))


def mixed_images(pods: Iterable[Object]) -> dict[str, tuple[str, ...]]:
    """Image → its digests, where pods run several: its tag was pushed again."""
    digests: dict[str, set[str]] = {}
    for pod in _working(pods):
        for image, digest in _running(pod):
            digests.setdefault(image, set()).add(digest)
    return {image: tuple(sorted(found)) for image, found in sorted(digests.items()) if len(found) > 1}


def _working(pods: Iterable[Object]) -> list[Object]:
    """Pods that are neither finished nor on their way out."""
    return [
        pod
        for pod in pods
        if (pod.get("status") or {}).get("phase") in ("Running", "Pending")
        and not pod["metadata"].get("deletionTimestamp")
    ]


def _workload(pod: Object) -> str:
    """What made the pod; for a ReplicaSet its Deployment, whose name is followed by the hash of the pod's template."""
    metadata = pod["metadata"]
    for owner in metadata.get("ownerReferences") or []:
        kind, name = str(owner.get("kind")), str(owner.get("name"))
        if kind != "ReplicaSet":
            return f"{kind} {name}"
        suffix = (metadata.get("labels") or {}).get("pod-template-hash", "")
        return f"Deployment {name.removesuffix(f'-{suffix}')}"
    return f"Pod {metadata['name']}"


def _running(pod: Object) -> Iterator[tuple[str, str]]:
    """(image as the pod asks for it, digest that its node has for it)."""
    spec, status = pod.get("spec") or {}, pod.get("status") or {}
    asked: Mapping[str, str] = {
        str(container.get("name")): str(container.get("image", ""))
        for field in _FIELDS
        for container in spec.get(field) or []
    }
    for field in ("initContainerStatuses", "containerStatuses"):
        for container in status.get(field) or []:
            digest = str(container.get("imageID", "")).rpartition("@")[2]
            if digest and container.get("name") in asked:
                yield asked[container["name"]], digest
