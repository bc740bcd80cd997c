"""Init jobs: ordinary, named by content, in waves that wait for nothing outside."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from tutor_launchpad.core.jobs import JOB_LABEL, WAVE, assign_waves, become_ordinary_jobs, name_jobs, wave
from tutor_launchpad.core.types import Object


def hook_job(name: str = "drydock-lms-job-3", image: str = "openedx:1", position: int = 7) -> Object:
    """As Drydock 22.2 renders it and kustomize completes it."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": name,
            "namespace": "alpha",
            "labels": {"app.kubernetes.io/component": "drydock-job", "drydock.io/target-service": name},
            "annotations": {
                "app.kubernetes.io/version": "22.0.3",
                "argocd.argoproj.io/hook": "Sync",
                "argocd.argoproj.io/hook-delete-policy": "HookSucceeded,BeforeHookCreation",
                WAVE: str(position),
            },
        },
        "spec": {
            "backoffLimit": 1,
            "ttlSecondsAfterFinished": 3600,
            "template": {
                "metadata": {
                    "annotations": {"app.kubernetes.io/version": "22.0.3"},
                    "labels": {"app.kubernetes.io/name": "lms", "app.kubernetes.io/part-of": "openedx"},
                },
                "spec": {
                    "containers": [{"name": "lms", "image": image, "args": ["migrate"]}],
                    "restartPolicy": "Never",
                },
            },
        },
    }


def ready(*jobs: Object) -> list[Object]:
    return name_jobs(become_ordinary_jobs(jobs, 600))


def test_hook_becomes_an_ordinary_job_with_a_deadline() -> None:
    given = hook_job()
    before = deepcopy(given)

    (job,) = become_ordinary_jobs([given], 600)

    assert given == before
    assert job["metadata"]["annotations"] == {"app.kubernetes.io/version": "22.0.3", WAVE: "7"}
    assert job["metadata"]["labels"] == {"app.kubernetes.io/component": "drydock-job", JOB_LABEL: "lms"}
    assert {name: value for name, value in job["spec"].items() if name != "template"} == {
        "backoffLimit": 1,
        "activeDeadlineSeconds": 600,
    }
    assert job["spec"]["template"]["metadata"] == {"labels": {"app.kubernetes.io/part-of": "openedx", JOB_LABEL: "lms"}}


def test_other_objects_and_jobs_stay_as_they_are() -> None:
    plain = hook_job()
    del plain["metadata"]["annotations"]["argocd.argoproj.io/hook"]
    service = {"kind": "Service", "metadata": {"name": "lms"}}

    assert become_ordinary_jobs([plain, service], 600) == [plain, service]
    assert name_jobs([plain, service]) == [plain, service]


@pytest.mark.parametrize(
    "changes",
    [{"name": "drydock-lms-job-9"}, {"position": 19}],
    ids=["another index", "another wave"],
)
def test_name_stays_when_only_the_place_changes(changes: dict[str, Any]) -> None:
    assert ready(hook_job())[0]["metadata"]["name"] == ready(hook_job(**changes))[0]["metadata"]["name"]


def test_name_stays_when_only_the_version_annotation_changes() -> None:
    other = hook_job()
    other["spec"]["template"]["metadata"]["annotations"]["app.kubernetes.io/version"] = "22.0.4"

    assert ready(hook_job())[0]["spec"]["template"] == ready(other)[0]["spec"]["template"]
    assert ready(hook_job())[0]["metadata"]["name"] == ready(other)[0]["metadata"]["name"]


def test_name_changes_with_everything_that_could_not_be_patched() -> None:
    names = {ready(hook_job())[0]["metadata"]["name"], ready(hook_job(image="openedx:2"))[0]["metadata"]["name"]}
    for field, value in {
        "volumes": [{"name": "v", "secret": {"secretName": "s-1"}}],
        "nodeSelector": {"a": "b"},
    }.items():
        job = hook_job()
        job["spec"]["template"]["spec"][field] = value
        names.add(ready(job)[0]["metadata"]["name"])

    assert len(names) == 4
    assert all(name.startswith("init-lms-") for name in names)


def test_identical_jobs_stay_distinct() -> None:
    first, second = ready(hook_job(), hook_job("drydock-lms-job-8", position=17))

    assert second["metadata"]["name"] == first["metadata"]["name"] + "-2"


@pytest.mark.parametrize(
    ("name", "prefix"),
    [("drydock-upgrade-lms-job", "init-upgrade-lms-"), (f"drydock-{'x' * 80}-job-1", f"init-{'x' * 42}-")],
    ids=["upgrade", "long"],
)
def test_name_is_readable_and_short_enough(name: str, prefix: str) -> None:
    found = ready(hook_job(name))[0]["metadata"]["name"]

    assert found.startswith(prefix)
    assert len(found) <= 60


def workload(kind: str, name: str, at: int | None = None, claim: str = "") -> Object:
    annotations = {WAVE: str(at)} if at is not None else {}
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": claim}}] if claim else []
    spec = {"template": {"metadata": {}, "spec": {"containers": [], "volumes": volumes}}}
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "annotations": annotations}, "spec": spec}


def waves(*objects: Object) -> dict[str, int]:
    return {f"{obj['kind']}/{obj['metadata']['name']}": wave(obj) for obj in assign_waves(objects)}


def test_what_waits_for_the_outside_comes_after_the_applications() -> None:
    found = waves(
        workload("Ingress", "lms"),
        workload("Issuer", "letsencrypt"),
        workload("Deployment", "caddy"),
        workload("Deployment", "mfe"),
        workload("Service", "caddy"),
        workload("Deployment", "lms", 100),
        workload("Deployment", "mysql"),
        workload("HorizontalPodAutoscaler", "lms", 150),
    )

    assert found == {
        "Ingress/lms": 110,
        "Issuer/letsencrypt": 110,
        "Deployment/caddy": 110,
        "Deployment/mfe": 110,
        "Service/caddy": 0,
        "Deployment/lms": 100,
        "Deployment/mysql": 0,
        "HorizontalPodAutoscaler/lms": 150,
    }


def test_many_init_jobs_push_the_outside_behind_them() -> None:
    last = become_ordinary_jobs([hook_job(position=121)], 600)[0]

    assert waves(last, workload("Ingress", "lms"))["Ingress/lms"] == 122


def test_claim_has_the_wave_of_its_first_consumer() -> None:
    found = waves(
        workload("PersistentVolumeClaim", "caddy"),
        workload("PersistentVolumeClaim", "shared"),
        workload("PersistentVolumeClaim", "unused"),
        workload("Deployment", "caddy", claim="caddy"),
        workload("Deployment", "lms", 100, claim="shared"),
        workload("StatefulSet", "early", 3, claim="shared"),
    )

    assert found["PersistentVolumeClaim/caddy"] == 110
    assert found["PersistentVolumeClaim/shared"] == 3
    assert found["PersistentVolumeClaim/unused"] == 110
