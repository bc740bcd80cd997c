"""Whether what kustomize built and plugins added are objects that a namespace takes, before anything relies on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tutor_launchpad.core.pods import containers, pod_template
from tutor_launchpad.core.types import Object

_NAME = re.compile(r"[a-zA-Z0-9]([-a-zA-Z0-9._:]{0,251}[a-zA-Z0-9])?")
_WITH_SPEC = {
    "CronJob", "DaemonSet", "Deployment", "HorizontalPodAutoscaler", "Ingress", "Job", "PersistentVolumeClaim", "Pod",
    "Service", "StatefulSet"
}  # fmt: skip


def form_problems(objects: Sequence[object], namespace: str) -> list[str]:
    """One sentence for each object without what every object has, in another namespace, or there twice."""
    found = [problem for number, item in enumerate(objects, 1) for problem in _problems(item, number, namespace)]
    if found:
        return found
    seen: dict[tuple[str, str, str], int] = {}
    for item in objects:
        assert isinstance(item, dict)
        key = (str(item["apiVersion"]).rpartition("/")[0], item["kind"], item["metadata"]["name"])
        seen[key] = seen.get(key, 0) + 1
    return [
        f"{kind}/{name} is there {count} times, perhaps by two plugins: rename one, or leave it out."
        for (_, kind, name), count in seen.items()
        if count > 1
    ]


def _problems(item: object, number: int, namespace: str) -> Iterator[str]:
    if not isinstance(item, dict):
        yield f"Manifest {number} is no object but a {type(item).__name__}: a plugin has added it, mend or disable it."
        return
    metadata = item.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    what = (
        f"{item.get('kind') or 'Object'}/{name}" if name else f"Manifest {number} ({item.get('kind') or 'of no kind'})"
    )
    missing = [key for key in ("apiVersion", "kind") if not (isinstance(item.get(key), str) and item[key])]
    if not isinstance(metadata, dict) or not isinstance(name, str) or not _NAME.fullmatch(name):
        missing.append("metadata.name")
    if missing:
        yield f"{what} has no valid {' and '.join(missing)}: a plugin has added it, mend or disable it."
        return
    assert isinstance(metadata, dict)
    if metadata.get("namespace", namespace) != namespace:
        yield (
            f"{what} is in namespace {metadata['namespace']}, and an instance owns only its own, {namespace}: leave the "
            "namespace out."
        )
    yield from _texts(what, metadata)
    if item["kind"] in _WITH_SPEC and not isinstance(item.get("spec"), dict):
        yield f"{what} has no spec: mend the plugin that adds it."
    elif item["kind"] == "HorizontalPodAutoscaler" and not _is_autoscaler(item["spec"]):
        yield f"{what} has no scaleTargetRef with kind and name, or no maxReplicas: mend the plugin that adds it."
    elif item["kind"] == "Ingress" and not _is_list(item["spec"].get("rules")):
        yield f"{what} has rules that are no list of mappings: mend the plugin that adds it."
    else:
        yield from _pod_problems(what, item)


def _is_autoscaler(spec: Object) -> bool:
    target = spec.get("scaleTargetRef")
    return isinstance(target, dict) and {"kind", "name"} <= set(target) and isinstance(spec.get("maxReplicas"), int)


def _is_list(value: object) -> bool:
    """Of mappings, or nothing."""
    return value is None or (isinstance(value, list) and all(isinstance(entry, dict) for entry in value))


def _texts(what: str, metadata: Object) -> Iterator[str]:
    for field in ("labels", "annotations"):
        values = metadata.get(field) or {}
        if not isinstance(values, dict):
            yield f"{what} has {field} that are no mapping: mend the plugin that adds it."
            continue
        for key, value in values.items():
            if not isinstance(key, str) or not isinstance(value, str):
                yield f"{what} has a {type(value).__name__} under {field}.{key}, where a text must be: put it in quotes."


def _pod_problems(what: str, item: Object) -> Iterator[str]:
    template = pod_template(item)
    spec = template["spec"] if template is not None else {}
    if not all(_is_list(spec.get(field)) for field in ("initContainers", "containers", "volumes")):
        yield f"{what} has containers or volumes that are no list of mappings: mend the plugin that adds it."
        return
    for path, container in containers(spec):
        for entry in container.get("env") or []:
            if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
                yield f"{what} {path} has a variable without a name: mend the plugin that adds it."
            elif not isinstance(entry.get("value", ""), str):
                yield f"{what} {path} sets variable {entry['name']} to no text: put the value in quotes where it is rendered."
