"""What docs/howto/recovery.md says of the cluster, done as it says."""

from __future__ import annotations

import os
from dataclasses import dataclass

import pytest

from tests.cluster.environment import Namespaces, kubectl, make_repository
from tests.cluster.small import Instance, Small
from tutor_launchpad.core.errors import TimedOut
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object

JOB = "launchpad.openedx.org/init-job=lms"


def test_deleted_namespace_comes_back(instance: Instance) -> None:
    instance.deploy(Small())
    before = instance.jobs()
    kubectl("delete", "namespace", instance.name)

    assert instance.deploy(Small())[0] is Status.DONE

    after = instance.jobs()
    assert list(after) == list(before)
    assert set(after.values()).isdisjoint(before.values())


def test_instance_goes_on_from_a_new_repository(instance: Instance, run_id: str, argo: Namespaces) -> None:
    instance.deploy(Small())
    before = instance.jobs()
    elsewhere = instance.like(url=make_repository(f"lp-{run_id}-elsewhere"), root=instance.root / "fresh")
    elsewhere.root.mkdir()

    assert elsewhere.deploy(Small())[0] is Status.DONE

    assert elsewhere.jobs() == before
    source = ["get", "application", instance.name, "-o", "jsonpath={.spec.source.repoURL}"]
    assert kubectl("-n", argo.argo_cd, *source) == elsewhere.url


@dataclass(frozen=True)
class Hanging(Small):
    """Its init job hangs for good where the ConfigMap `gate` is not there as it begins."""

    command: tuple[str, ...] = ("sh", "-e", "-c", 'test -n "$GATE" || sleep 3600')

    def objects(self, namespace: str) -> list[Object]:
        """With a variable that the ConfigMap gives."""
        made = super().objects(namespace)
        reference = {"name": "gate", "key": "open", "optional": True}
        for job in (one for one in made if one["kind"] == "Job"):
            variable = {"name": "GATE", "valueFrom": {"configMapKeyRef": reference}}
            job["spec"]["template"]["spec"]["containers"][0]["env"] = [variable]
        return made


@pytest.mark.slow
def test_pod_of_a_stuck_init_job_is_deleted_and_the_deploy_repeated(instance: Instance) -> None:
    image = os.environ.get("LAUNCHPAD_TEST_WORKER_IMAGE", "")
    if not image:
        pytest.skip("no image with a shell: set LAUNCHPAD_TEST_WORKER_IMAGE")
    with pytest.raises(TimedOut, match="init-lms"):
        instance.deploy(Hanging(job_image=image), timeout=30)
    kubectl("-n", instance.name, "create", "configmap", "gate", "--from-literal=open=yes")

    kubectl("-n", instance.name, "delete", "pod", "-l", JOB)
    kubectl("-n", instance.name, "wait", "--for=condition=Failed", "job", "-l", JOB, "--timeout=60s")

    assert instance.deploy(Hanging(job_image=image), timeout=90)[0] is Status.DONE
