"""What becomes of kustomize's objects before they are sealed."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tutor_launchpad.core.manifests import COMPARE_OPTIONS, SYNC_OPTIONS, images, instance_objects, keep_claims
from tutor_launchpad.core.types import Object


def _object(kind: str, name: str = "x", annotations: dict[str, str] | None = None, **spec: Any) -> Object:
    metadata = {"name": name, **({"annotations": annotations} if annotations is not None else {})}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec}


HOOK = "argocd.argoproj.io/hook"


@pytest.mark.parametrize(
    ("item", "kept"),
    [
        (_object("Namespace"), False),
        (_object("Job", annotations={HOOK: "Skip"}), False),
        (_object("Job", annotations={HOOK: "Sync"}), True),
        (_object("Job"), True),
        (_object("Deployment"), True),
    ],
)
def test_namespace_and_templates_of_jobs_are_left_out(item: Object, kept: bool) -> None:
    assert bool(instance_objects([item])) is kept


@pytest.mark.parametrize("kind", ["NodePort", "LoadBalancer"])
def test_service_that_leaves_the_cluster_becomes_internal(kind: str) -> None:
    service = _object(
        "Service", type=kind, externalTrafficPolicy="Local", loadBalancerIP="1.2.3.4",
        ports=[{"port": 80, "nodePort": 30080}],
    )  # fmt: skip

    (found,) = instance_objects([service])

    assert found["spec"] == {"type": "ClusterIP", "ports": [{"port": 80}]}


@pytest.mark.parametrize("spec", [{"clusterIP": "None"}, {"type": "ExternalName", "externalName": "db"}, {"ports": []}])
def test_other_service_stays(spec: dict[str, Any]) -> None:
    assert instance_objects([_object("Service", **spec)])[0]["spec"] == spec


@pytest.mark.parametrize(
    ("annotations", "expected"),
    [
        (None, "Prune=false,Delete=false"),
        ({}, "Prune=false,Delete=false"),
        ({SYNC_OPTIONS: "Replace=true"}, "Replace=true,Prune=false,Delete=false"),
        ({SYNC_OPTIONS: "Prune=false"}, "Prune=false,Delete=false"),
    ],
)
def test_claim_outlives_its_manifest(annotations: dict[str, str] | None, expected: str) -> None:
    (found,) = keep_claims([_object("PersistentVolumeClaim", annotations=annotations)])

    assert found["metadata"]["annotations"] == {SYNC_OPTIONS: expected, COMPARE_OPTIONS: "IgnoreExtraneous"}


def test_autoscaled_workload_has_no_number_of_its_own() -> None:
    scaler = _object("HorizontalPodAutoscaler", scaleTargetRef={"kind": "Deployment", "name": "lms"})

    lms, cms, _ = instance_objects(
        [_object("Deployment", "lms", replicas=1), _object("Deployment", "cms", replicas=1), scaler]
    )

    assert "replicas" not in lms["spec"]
    assert cms["spec"] == {"replicas": 1}


def test_input_stays_as_it_is() -> None:
    objects = [_object("Service", type="NodePort"), _object("PersistentVolumeClaim")]
    before = copy.deepcopy(objects)

    keep_claims(instance_objects(objects))

    assert objects == before


def test_null_annotations_are_none() -> None:
    item = _object("PersistentVolumeClaim")
    item["metadata"]["annotations"] = None

    assert keep_claims([item])[0]["metadata"]["annotations"]


def test_images_are_those_of_all_containers() -> None:
    pod = {"containers": [{"image": "b"}, {"image": "a"}], "initContainers": [{"image": "c"}]}
    cron: dict[str, Any] = {"jobTemplate": {"spec": {"template": {"spec": {"containers": [{"image": "d"}]}}}}}

    assert images([_object("Deployment", template={"spec": pod}), _object("CronJob", **cron), _object("Service")]) == [
        "a", "b", "c", "d",
    ]  # fmt: skip
