"""The sync step against an Argo CD in memory."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.fake_argocd import APPLICATION, OLD, World, run, running
from tests.unit.fake_deployment import REVISION, URL, make_deployment, said
from tests.unit.fake_kubernetes import merge
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.core.argocd import repository_secret, repository_secret_name
from tutor_launchpad.core.errors import Conflict, LaunchpadError, TimedOut
from tutor_launchpad.core.results import Status
from tutor_launchpad.steps.deployment import Options
from tutor_launchpad.steps.sync import Sync


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
