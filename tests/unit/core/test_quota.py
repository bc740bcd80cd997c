"""Quantities, and whether a roll-out fits its quota."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.quantities import parse_quantity, same_quantity
from tutor_launchpad.core.quota import quota_problems
from tutor_launchpad.core.types import Object


@pytest.mark.parametrize(
    ("text", "value"),
    [("500m", "0.5"), ("2", "2"), (3, "3"), ("1.5Gi", "1610612736"), ("1k", "1000"), ("1e3", "1000"), (".5", "0.5")],
)
def test_quantity_is_exact(text: object, value: str) -> None:
    assert parse_quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "lots", "1Zi", "1 Gi", None])
def test_no_quantity_is_refused(text: object) -> None:
    with pytest.raises(Refused, match="not a Kubernetes quantity"):
        parse_quantity(text)


def test_same_quantity_however_it_is_written() -> None:
    assert same_quantity("1000m", "1")
    assert not same_quantity("1", "2")
    assert not same_quantity("alpha", "alpha")


def workload(kind: str, cpu: str, replicas: int = 1, **spec: Any) -> Object:
    containers = [{"name": "c", "resources": {"requests": {"cpu": cpu}}}]
    template = {"spec": {"containers": containers}}
    return {"kind": kind, "metadata": {"name": "w"}, "spec": {"replicas": replicas, "template": template, **spec}}


def fits(cpu: str, *objects: Object) -> bool:
    return quota_problems(objects, {"requests.cpu": cpu}, {}) == []


def test_surge_and_the_largest_job_count() -> None:
    objects = [workload("Deployment", "1", 4), workload("Job", "500m"), workload("Job", "2")]

    assert fits("7", *objects)
    assert not fits("6900m", *objects)


def test_recreated_and_stateful_workloads_have_no_surge() -> None:
    objects = [workload("Deployment", "1", 4, strategy={"type": "Recreate"}), workload("StatefulSet", "1", 4)]

    assert fits("8", *objects)


def test_autoscaler_counts_with_its_maximum() -> None:
    scaler = {
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "w"},
        "spec": {"maxReplicas": 8, "scaleTargetRef": {"kind": "Deployment", "name": "w"}},
    }
    objects = [workload("Deployment", "1"), scaler]

    assert fits("10", *objects)
    assert not fits("9", *objects)


def test_init_container_counts_where_it_needs_more() -> None:
    pod = workload("StatefulSet", "1")
    pod["spec"]["template"]["spec"]["initContainers"] = [{"name": "i", "resources": {"requests": {"cpu": "3"}}}]

    assert fits("3", pod)
    assert not fits("2", pod)


def test_problem_says_what_is_needed_and_what_to_do() -> None:
    problems = quota_problems([workload("StatefulSet", "1", 3)], {"cpu": 1, "limits.memory": "4Gi"}, {})

    assert problems == [
        "LAUNCHPAD_QUOTA allows 1 of cpu, but all pods, those that a roll-out adds and the largest job need 3000m: "
        "raise it, or lower the applications' requests.",
        "LAUNCHPAD_QUOTA allows 4Gi of limits.memory, but all pods, those that a roll-out adds and the largest job "
        "need 6144Mi: raise it, or lower the applications' requests.",
    ]


def test_storage_and_claims_count() -> None:
    claim = {
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "c"},
        "spec": {"resources": {"requests": {"storage": "5Gi"}}},
    }

    assert len(quota_problems([claim, claim], {"requests.storage": "9Gi", "persistentvolumeclaims": 2}, {})) == 1
