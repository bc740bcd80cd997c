"""Whether an instance fits its quota while it is being rolled out: all pods, their surge, and the largest job."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal

from tutor_launchpad.core.pods import pod_template
from tutor_launchpad.core.policies import limits_of
from tutor_launchpad.core.quantities import parse_quantity
from tutor_launchpad.core.setting_types import Quantities
from tutor_launchpad.core.types import Object

Amounts = dict[str, Decimal]


def quota_problems(objects: Iterable[Object], quota: Quantities, limits: Mapping[str, Quantities]) -> list[str]:
    """One sentence for each resource of the quota that a roll-out would exceed."""
    given = list(objects)
    need = _need(given, limits_of(quota, limits))
    found = []
    for name, value in quota.items():
        wanted = need.get(_full(name), Decimal(0))
        if wanted > parse_quantity(value):
            found.append(
                f"LAUNCHPAD_QUOTA allows {value} of {name}, but all pods, those that a roll-out adds and the largest "
                f"job need {_readable(name, wanted)}: raise it, or lower the applications' requests."
            )
    return found


def _full(name: str) -> str:
    return f"requests.{name}" if name in ("cpu", "memory") else name


def _need(objects: list[Object], limits: Mapping[str, Quantities]) -> Amounts:
    total: Amounts = {}
    largest: Amounts = {}
    claims = [obj for obj in objects if obj["kind"] == "PersistentVolumeClaim"]
    replicas = {
        (obj["spec"]["scaleTargetRef"]["kind"], obj["spec"]["scaleTargetRef"]["name"]): obj["spec"]["maxReplicas"]
        for obj in objects
        if obj["kind"] == "HorizontalPodAutoscaler"
    }
    for obj in objects:
        template = pod_template(obj)
        if template is None:
            continue
        pod = _pod(template["spec"], limits)
        if obj["kind"] in ("Job", "CronJob"):
            largest = {name: max(largest.get(name, Decimal(0)), pod.get(name, Decimal(0))) for name in {*largest, *pod}}
        else:
            most = replicas.get((obj["kind"], obj["metadata"]["name"]), (obj.get("spec") or {}).get("replicas", 1))
            _add(total, pod, _with_surge(obj, int(most)))
    _add(total, largest, 1)
    for claim in claims:
        size = claim["spec"].get("resources", {}).get("requests", {}).get("storage", 0)
        _add(total, {"persistentvolumeclaims": Decimal(1), "requests.storage": parse_quantity(size)}, 1)
    return total


def _with_surge(obj: Object, replicas: int) -> int:
    """Pods at the height of a roll-out."""
    strategy = obj["spec"].get("strategy") or {}
    if obj["kind"] != "Deployment" or strategy.get("type") == "Recreate":
        return replicas
    surge = str((strategy.get("rollingUpdate") or {}).get("maxSurge", "25%"))
    if surge.endswith("%"):
        return replicas + math.ceil(replicas * int(surge[:-1]) / 100)
    return replicas + int(surge)


def _pod(spec: Object, limits: Mapping[str, Quantities]) -> Amounts:
    """What one pod counts: its containers' sum, or its largest init container."""
    running = _sum(spec.get("containers") or [], limits)
    for container in spec.get("initContainers") or []:
        alone = _sum([container], limits)
        running = {name: max(running.get(name, Decimal(0)), value) for name, value in {**running, **alone}.items()}
    return {**running, "pods": Decimal(1)}


def _sum(containers: list[Object], limits: Mapping[str, Quantities]) -> Amounts:
    total: Amounts = {}
    for container in containers:
        resources = container.get("resources") or {}
        hard = {**limits.get("default", {}), **(resources.get("limits") or {})}
        asked = {**(resources.get("limits") or limits.get("defaultRequest", {})), **(resources.get("requests") or {})}
        _add(total, {f"limits.{name}": parse_quantity(value) for name, value in hard.items()}, 1)
        _add(total, {f"requests.{name}": parse_quantity(value) for name, value in asked.items()}, 1)
    return total


def _add(total: Amounts, more: Mapping[str, Decimal], times: int) -> None:
    for name, value in more.items():
        total[name] = total.get(name, Decimal(0)) + value * times


def _readable(name: str, value: Decimal) -> str:
    if "memory" in name or "storage" in name:
        return f"{math.ceil(value / 2**20)}Mi"
    if "cpu" in name:
        return f"{math.ceil(value * 1000)}m"
    return str(math.ceil(value))
