"""The sync step against an Argo CD in memory that moves on with every look."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.fake_deployment import REVISION, URL, application_objects, make_deployment, make_settings, said
from tests.unit.fake_kubernetes import FakeApi, merge
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.core.access import needed
from tutor_launchpad.core.argocd import REFRESH, repository_secret, repository_secret_name
from tutor_launchpad.core.errors import Conflict, LaunchpadError, TimedOut
from tutor_launchpad.core.jobs import JOB_LABEL
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.deployment import Deployment, Options
from tutor_launchpad.steps.sync import Sync
from tutor_launchpad.steps.sync_wait import Time

OLD = "b" * 40
APPLICATION = ("applications", "argocd", "alpha")


class World:
    """An API server, its clock, and what Argo CD does at each second: `script` maps a look to the status it sees."""

    def __init__(self, *objects: Object) -> None:
        self.api = FakeApi(*objects)
        self.api.after = self._watch
        self.now = 0.0
        self.events: list[str] = []
        self.moves: list[Callable[[World], None]] = []

    @property
    def time(self) -> Time:
        """A clock that moves only while the step sleeps; then Argo CD makes its next move."""

        def sleep(seconds: float) -> None:
            self.now += seconds
            if self.moves:
                self.moves.pop(0)(self)

        return Time(lambda: self.now, sleep)

    def status(self, sync: str = "Synced", health: str = "Healthy", revision: str = REVISION, **more: Any) -> None:
        """Argo CD writes a new status, having consumed what was asked of it."""
        live = self.api.objects[APPLICATION]
        spec = live["spec"]
        compared = {"source": spec["source"], "destination": spec["destination"]}
        live["status"] = {
            "sync": {"status": sync, "revision": revision, "comparedTo": compared},
            "health": {"status": health},
            **more,
        }
        live["metadata"].get("annotations", {}).pop(REFRESH, None)
        live.pop("operation", None)

    def deployed(self, **settings: Any) -> World:
        """As after a finished deploy."""
        self.api.put(repository_secret(URL, None, "argocd"))
        for obj in application_objects(settings.get("auto_sync", True)):
            self.api.cluster.apply(obj)
        self.status()
        self.api.requests.clear()
        self.events.clear()
        return self

    def _watch(self, request: Request) -> None:
        if request.method != "PATCH" or not request.path.endswith("applications/alpha"):
            return
        body = json.loads(request.body or b"{}")
        state = (body.get("status") or {}).get("operationState", {})
        if "operation" in body:
            self.events.append(f"start {body['operation']['sync']['revision'][0]}")
        elif state:
            self.events.append("terminate")
        elif REFRESH in body["metadata"].get("annotations", {}):
            self.events.append("refresh")


def run(world: World, deployment: Deployment | None = None) -> tuple[Status, str]:
    return Sync(deployment or make_deployment(world.api), world.time).run()


def running(revision: str, phase: str = "Running", **more: Any) -> Object:
    return {"phase": phase, "startedAt": f"at-{revision[0]}", "syncResult": {"revision": revision}, **more}


def job(name: str, **condition: str) -> Object:
    metadata = {"name": name, "namespace": "alpha", "labels": {JOB_LABEL: "lms"}}
    conditions = [{"status": "True", **condition}] if condition else []
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "status": {"conditions": conditions}}


def test_noop_reads_three_objects_and_writes_nothing() -> None:
    world = World().deployed()

    assert run(world) == (Status.UNCHANGED, f"Synced and Healthy at {REVISION[:10]}")
    assert [request.method for request in world.api.requests] == ["GET", "GET", "GET"]


def test_first_deploy_makes_the_objects_and_waits() -> None:
    world = World()
    world.moves = [
        lambda w: w.status("OutOfSync", "Missing", operationState=running(REVISION)),
        lambda w: w.status(operationState=running(REVISION, "Succeeded")),
    ]
    deployment = make_deployment(world.api)

    assert run(world, deployment) == (Status.DONE, f"Synced and Healthy at {REVISION[:10]}")
    assert said(deployment)[:3] == [
        f"Secret {repository_secret_name(URL)} created",
        "AppProject alpha created",
        "Application alpha created",
    ]
    assert world.now == 4.0


def test_new_revision_is_looked_at_without_waiting_for_polling() -> None:
    world = World().deployed()
    world.status(revision=OLD)
    world.moves = [lambda w: w.status("OutOfSync"), lambda w: w.status()]

    assert run(world)[0] is Status.DONE
    assert world.events == ["refresh"]


def test_later_commit_with_the_same_tree_counts_as_ours() -> None:
    world = World().deployed()
    world.status(revision="c" * 40)
    deployment = make_deployment(world.api)
    repository: Any = deployment.repository
    repository.same.add("c" * 40)

    assert run(world, deployment)[0] is Status.UNCHANGED


def test_operation_of_an_older_revision_is_ended_and_ours_started() -> None:
    world = World().deployed(auto_sync=False)
    world.status("OutOfSync", operationState=running(OLD))
    world.moves = [
        lambda w: w.status("OutOfSync", operationState=running(OLD, "Failed")),
        lambda w: w.status(),
    ]

    run(world, make_deployment(world.api, auto_sync=False))

    assert world.events == ["terminate", f"start {REVISION[0]}"]


def test_auto_sync_off_starts_once() -> None:
    world = World().deployed(auto_sync=False)
    world.status("OutOfSync")
    world.moves = [
        lambda w: w.status("OutOfSync", operationState=running(REVISION)),
        lambda w: w.status("OutOfSync", operationState=running(REVISION, "Succeeded")),
        lambda w: w.status(operationState=running(REVISION, "Succeeded")),
    ]

    run(world, make_deployment(world.api, auto_sync=False))

    assert world.events == [f"start {REVISION[0]}"]
    assert world.api.read(*APPLICATION)["status"]["operationState"]["phase"] == "Succeeded"


def test_started_sync_leaves_nothing_of_the_last_operation() -> None:
    world = World().deployed(auto_sync=False)
    world.status("OutOfSync", operationState=running(REVISION, "Succeeded"))
    deployment = make_deployment(world.api, auto_sync=False, options=Options(wait=False))

    assert run(world, deployment)[0] is Status.DONE
    assert "operationState" not in world.api.read(*APPLICATION)["status"]


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


def test_timeout_tells_the_last_state() -> None:
    world = World().deployed()
    resources = [{"kind": "Deployment", "name": "lms", "status": "OutOfSync", "syncWave": 100}]
    world.status("OutOfSync", "Progressing", operationState=running(REVISION), resources=resources)

    with pytest.raises(TimedOut) as caught:
        run(world, make_deployment(world.api, options=Options(timeout=60)))

    assert "after 60 s; last seen: OutOfSync, Progressing; operation Running; wave 100: Deployment lms" in str(
        caught.value
    )
    assert world.now == 60.0


def test_failure_that_retries_do_not_mend_is_told_at_once() -> None:
    world = World().deployed()
    results = [{"kind": "Secret", "name": "s", "status": "SyncFailed", "message": "exceeded quota: launchpad"}]
    failed = {**running(REVISION), "finishedAt": "t", "syncResult": {"revision": REVISION, "resources": results}}
    world.moves = [lambda w: w.status("OutOfSync", operationState=failed)]
    world.status(revision=OLD)

    with pytest.raises(LaunchpadError, match="Secret s: exceeded quota: launchpad"):
        run(world)
    assert world.now == 2.0


@pytest.mark.parametrize(
    ("message", "seconds"),
    [("authentication required: no access", 8.0), ("dial tcp: connection refused", 90.0)],
    ids=["lasting", "may pass"],
)
def test_comparison_error_is_told_when_it_outlives_our_patience(message: str, seconds: float) -> None:
    world = World().deployed()
    error = {"type": "ComparisonError", "message": message}
    world.moves = [lambda w: w.status("Unknown", revision="", conditions=[error])] * 100
    world.status("Unknown", revision="", conditions=[error])

    with pytest.raises(LaunchpadError, match=f"Argo CD cannot sync alpha: {message}"):
        run(world)
    assert seconds <= world.now <= seconds + 4


def test_comparison_error_that_passes_is_waited_out() -> None:
    world = World().deployed()
    error = {"type": "ComparisonError", "message": "connection refused"}
    world.status("Unknown", revision="", conditions=[error])
    world.moves = [lambda w: w.status("Unknown", revision="", conditions=[error])] * 10 + [lambda w: w.status()]

    assert run(world)[0] is Status.DONE


def test_later_deploy_of_the_same_instance_wins() -> None:
    world = World().deployed()
    world.status("OutOfSync", revision=OLD, operationState=running("d" * 40))
    deployment = make_deployment(world.api)
    repository: Any = deployment.repository
    repository.head = "d" * 40

    with pytest.raises(Conflict, match="has been deployed again since"):
        run(world, deployment)
    assert world.events == []


def test_no_wait_returns_after_the_refresh() -> None:
    world = World().deployed()
    world.status(revision=OLD)

    assert run(world, make_deployment(world.api, options=Options(wait=False)))[0] is Status.DONE
    assert world.events == ["refresh"]
    assert world.now == 0.0


def test_no_wait_leaves_a_running_sync_of_ours_alone() -> None:
    world = World().deployed(auto_sync=False)
    world.status("OutOfSync", operationState=running(REVISION))

    run(world, make_deployment(world.api, auto_sync=False, options=Options(wait=False)))

    assert world.events == []


def test_no_wait_ends_an_older_sync_before_ours_starts() -> None:
    world = World().deployed(auto_sync=False)
    world.status("OutOfSync", operationState=running(OLD))
    world.moves = [lambda w: w.status("OutOfSync", operationState=running(OLD, "Failed"))]

    run(world, make_deployment(world.api, auto_sync=False, options=Options(wait=False)))

    assert world.events == ["terminate", f"start {REVISION[0]}"]


def test_older_sync_that_does_not_end_is_told() -> None:
    world = World().deployed()
    world.status("OutOfSync", operationState=running(OLD, "Terminating"))

    with pytest.raises(TimedOut, match="does not end: OutOfSync, Healthy; operation Terminating"):
        run(world, make_deployment(world.api, options=Options(wait=False)))


@pytest.mark.parametrize("kind", ["AppProject", "Application"])
def test_foreign_object_is_refused(kind: str) -> None:
    world = World().deployed()
    plural = {"AppProject": "appprojects", "Application": "applications"}[kind]
    world.api.read(plural, "argocd", "alpha")["metadata"]["annotations"] = {}

    with pytest.raises(Conflict, match=f"{kind} argocd/alpha exists and is not made by Launchpad"):
        run(world)
    assert world.api.writes == []


def test_repository_secret_of_somebody_else_is_used_and_left() -> None:
    world = World().deployed()
    theirs = repository_secret(URL.removesuffix(".git"), None, "argocd")
    theirs["metadata"] = {
        **theirs["metadata"],
        "name": "theirs",
        "labels": {"argocd.argoproj.io/secret-type": "repository"},
    }
    del world.api.objects["secrets", "argocd", repository_secret_name(URL)]
    world.api.put(theirs)

    assert run(world)[0] is Status.UNCHANGED
    assert world.api.writes == []


def test_without_a_cluster_it_says_what_remains() -> None:
    deployment = make_deployment(None)

    assert Sync(deployment, World().time).run()[0] is Status.SKIPPED
    assert len(deployment.remaining) == 1


def test_write_of_argo_cd_between_look_and_write_is_looked_at_again() -> None:
    world = World().deployed(auto_sync=False)
    world.status("OutOfSync")
    original = world.api.answer
    raced: list[bool] = []

    def race(request: Request) -> Any:
        if request.method == "PATCH" and b"resourceVersion" in (request.body or b"") and not raced:
            raced.append(True)
            world.api.put(merge(world.api.read(*APPLICATION), {"metadata": {"labels": {"written": "meanwhile"}}}))
        return original(request)

    world.api.answer = race
    world.moves = [lambda w: w.status("OutOfSync"), lambda w: w.status()]

    assert run(world, make_deployment(world.api, auto_sync=False))[0] is Status.DONE
    assert world.events == [f"start {REVISION[0]}"] * 2
