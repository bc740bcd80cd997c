"""The init jobs of the sync step: told, started anew, stopped, and left to whom they belong."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.fake_argocd import OLD, World, job, run, running
from tests.unit.fake_deployment import REVISION, make_deployment, make_settings
from tutor_launchpad.core.access import needed
from tutor_launchpad.core.errors import Conflict, LaunchpadError
from tutor_launchpad.core.results import Status


def test_failed_job_is_told_with_its_masked_log() -> None:
    world = World().deployed()
    world.status(revision=OLD)
    world.api.put(job("init-lms-1"))
    statuses = [{"name": "lms", "state": {"terminated": {"exitCode": 1}}}]
    metadata = {"name": "init-lms-1-x", "namespace": "alpha", "labels": {"batch.kubernetes.io/job-name": "init-lms-1"}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": {"containerStatuses": statuses}}
    world.api.put(pod)
    world.api.logs["init-lms-1-x"] = "\n".join(f"line {number} geheim" for number in range(30))

    def fail(w: World) -> None:
        w.api.put(job("init-lms-1", type="Failed", message="backoff limit"))
        w.status("OutOfSync", operationState=running(REVISION))

    world.moves = [fail]

    with pytest.raises(LaunchpadError) as caught:
        run(world, make_deployment(world.api, jobs=("init-lms-1",)))

    lines = str(caught.value).splitlines()
    assert lines[0] == "Init job init-lms-1 in alpha failed: backoff limit"
    assert lines[1:-1] == [f"    line {number} ***" for number in range(10, 30)]
    assert "deploy` again" in lines[-1]


def test_repeated_deploy_starts_failed_jobs_anew() -> None:
    world = World().deployed()
    world.api.put(job("init-lms-1", type="Failed", message="backoff limit"))
    pausing = running(REVISION, finishedAt="t", retryCount=2)
    world.status("OutOfSync", "Degraded", operationState=pausing)
    world.moves = [
        lambda w: w.status("OutOfSync", "Missing", operationState=running(REVISION, "Failed")),
        lambda w: w.status(operationState={**running(REVISION, "Succeeded"), "startedAt": "later"}),
    ]

    assert run(world, make_deployment(world.api, jobs=("init-lms-1",)))[0] is Status.DONE
    assert world.events == ["terminate", f"start {REVISION[0]}"]
    assert not [key for key in world.api.objects if key[0] == "jobs"]


def test_what_a_deploy_asks_for_is_enough() -> None:
    world = World(job("init-old"))
    world.api.put(job("init-lms-1", type="Failed"))
    world.api.allowed = frozenset(needed(make_settings()))
    resources = [{"kind": "Deployment", "name": "lms", "status": "OutOfSync"}]
    slow = running(REVISION, resources=resources)
    world.moves = [
        lambda w: w.status("OutOfSync", "Missing", operationState=running(OLD)),
        lambda w: w.status("OutOfSync", "Missing", operationState=running(OLD, "Failed")),
        *[lambda w: w.status("OutOfSync", "Progressing", operationState=slow)] * 20,
        lambda w: w.status(),
    ]

    assert run(world, make_deployment(world.api, jobs=("init-lms-1",)))[0] is Status.DONE


def test_superseded_job_is_stopped_and_a_finished_one_left_to_argo_cd() -> None:
    world = World().deployed()
    world.status(revision=OLD)
    world.api.put(job("init-old-running"))
    world.api.put(job("init-old-done", type="Complete"))
    world.api.put(job("init-lms-1"))
    world.moves = [lambda w: w.status()]

    run(world, make_deployment(world.api, jobs=("init-lms-1",)))

    assert sorted(key[2] for key in world.api.objects if key[0] == "jobs") == ["init-lms-1", "init-old-done"]


@pytest.mark.parametrize("revision", [REVISION, "d" * 40], ids=["ours still seen", "theirs seen"])
def test_jobs_of_a_later_deploy_are_left_alone(revision: str) -> None:
    world = World().deployed()
    world.status(revision=OLD)
    deployment = make_deployment(world.api, jobs=("init-lms-1",))
    repository: Any = deployment.repository

    def deployed_again(w: World) -> None:
        repository.head = "d" * 40
        w.api.put(job("init-newer"))
        w.status("OutOfSync", revision="d" * 40, operationState=running(revision))

    world.moves = [deployed_again]

    with pytest.raises(Conflict, match="has been deployed again since"):
        run(world, deployment)
    assert ("jobs", "alpha", "init-newer") in world.api.objects


def test_jobs_of_a_deploy_that_came_before_our_first_look_are_left_alone() -> None:
    world = World(job("init-newer")).deployed()
    world.status(revision=OLD)
    deployment = make_deployment(world.api, jobs=("init-lms-1",))
    repository: Any = deployment.repository
    repository.head = "d" * 40

    with pytest.raises(Conflict, match="has been deployed again since"):
        run(world, deployment)
    assert ("jobs", "alpha", "init-newer") in world.api.objects


def test_job_that_has_taken_the_name_of_a_superseded_one_stays() -> None:
    world = World(job("init-old")).deployed()
    world.status(revision=OLD)
    deployment = make_deployment(world.api, jobs=("init-lms-1",))
    repository: Any = deployment.repository

    def made_anew() -> str:
        del world.api.objects["jobs", "alpha", "init-old"]
        world.api.put(job("init-old"))
        return REVISION

    repository.fetch = made_anew
    world.moves = [lambda w: w.status()]

    assert run(world, deployment)[0] is Status.DONE
    assert ("jobs", "alpha", "init-old") in world.api.objects
