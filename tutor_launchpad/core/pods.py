"""Pods inside objects of every kind that has some."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from tutor_launchpad.core.types import Object

RUN_LABEL = "workflows.argoproj.io/workflow"


def lasting(pods: Iterable[Object]) -> tuple[Object, ...]:
    """Those of the instance itself, without the pods of workflows, whose ends are told to whoever started them."""
    return tuple(pod for pod in pods if RUN_LABEL not in (pod["metadata"].get("labels") or {}))


def pod_template(obj: Object) -> Object | None:
    """What has `spec` (of the pods) and `metadata`: a Pod itself or the template of a workload; None without pods."""
    kind = obj.get("kind")
    if kind == "Pod":
        return obj
    spec: Any = obj.get("spec") or {}
    if kind == "CronJob":
        spec = (spec.get("jobTemplate") or {}).get("spec") or {}
    template = spec.get("template") if isinstance(spec, dict) else None
    return template if isinstance(template, dict) and isinstance(template.get("spec"), dict) else None


def containers(spec: Object) -> Iterator[tuple[str, Object]]:
    """Each container of a pod's spec with its path in it."""
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for index, container in enumerate(spec.get(field) or []):
            yield f"{field}[{index}]", container
