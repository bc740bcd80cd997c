"""A sync that waits in vain: Argo CD does not work, or the cluster does not let the pods be made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.fake_argocd import OLD, World, program, run, running
from tests.unit.fake_deployment import REVISION, make_deployment, said
from tests.unit.fake_kubernetes import status
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.errors import LaunchpadError, TimedOut
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.deployment import Options

CONTROLLER = ("pods", "argocd", "argocd-application-controller-0")
REPO_SERVER = ("pods", "argocd", "argocd-repo-server-0")
CRASHING = {"containerStatuses": [{"state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off"}}}]}
PROGRESSING = [{"kind": "Deployment", "name": "lms", "status": "Synced", "health": {"status": "Progressing"}}]
FULL = "exceeded quota: launchpad, requested: pods=1, used: pods=3, limited: pods=3"
DENIED = 'admission webhook "policies" denied the request: no image of strangers'


def asked_for_nothing_yet() -> World:
    """A new revision that Argo CD has to look at."""
    world = World().deployed()
    world.status(revision=OLD)
    return world


def syncing() -> World:
    """A sync of ours that waits for a Deployment."""
    world = World().deployed()
    world.status("Synced", "Progressing", operationState=running(REVISION), resources=PROGRESSING)
    return world


def synced() -> World:
    """A sync of ours that has applied its last wave, which Argo CD does not wait for, and tells no more of."""
    world = World().deployed()
    world.status("Synced", "Progressing", operationState=running(REVISION, "Succeeded"))
    return world


def event(message: str, name: str = "lms-1") -> Object:
    about = {"kind": "ReplicaSet", "name": name}
    metadata = {"name": name, "namespace": "alpha"}
    return {"apiVersion": "v1", "kind": "Event", "metadata": metadata, "involvedObject": about, "message": message}


def happens(obj: Object) -> Callable[[World], None]:
    """Somebody writes an object meanwhile."""

    def put(world: World) -> None:
        world.api.put(obj)

    return put


def test_controller_that_is_not_there_is_named_within_half_a_minute() -> None:
    world = asked_for_nothing_yet()
    del world.api.objects[CONTROLLER]

    with pytest.raises(LaunchpadError) as caught:
        run(world)

    assert str(caught.value).startswith(
        "Argo CD in namespace argocd does not work: no pod of argocd-application-controller is running: there is none. "
    )
    assert 25 <= world.now <= 35


def test_controller_that_dies_during_our_sync_is_named() -> None:
    world = syncing()
    world.api.put(program("argocd-application-controller", False, **CRASHING))

    with pytest.raises(LaunchpadError, match=r"Pod argocd-application-controller-0 is CrashLoopBackOff \(back-off\)"):
        run(world)
    assert 25 <= world.now <= 35


def test_repo_server_that_is_down_is_named_instead_of_its_consequence() -> None:
    world = asked_for_nothing_yet()
    world.api.put(program("argocd-repo-server", False, **CRASHING))
    error = {"type": "ComparisonError", "message": "dial tcp 10.0.0.1:8081: connect: connection refused"}
    world.moves = [lambda w: w.status("Unknown", revision="", conditions=[error])] * 60

    with pytest.raises(LaunchpadError, match="no pod of argocd-repo-server is running"):
        run(world)
    assert world.now <= 40


def test_controller_that_starts_again_is_waited_for() -> None:
    world = asked_for_nothing_yet()
    world.api.put(program("argocd-application-controller", False, phase="Pending"))
    deployment = make_deployment(world.api)

    def back(w: World) -> None:
        w.api.put(program("argocd-application-controller"))
        w.status()

    world.moves = [*[lambda w: None] * 40, back]

    assert run(world, deployment)[0] is Status.DONE
    assert world.now == 82.0
    assert any(line.startswith("Argo CD stands still: no pod of argocd-application") for line in said(deployment))


def test_pods_that_may_not_be_listed_leave_what_is_known() -> None:
    world = asked_for_nothing_yet()

    def hide(request: Request) -> Response | None:
        hidden = request.path == "/api/v1/namespaces/argocd/pods"
        return status(403, "Forbidden", "cannot list pods") if hidden else None

    world.api.answer = hide
    deployment = make_deployment(world.api, options=Options(timeout=120))

    with pytest.raises(TimedOut):
        run(world, deployment)
    assert (
        "Argo CD has not reacted for 16 s; you may not list the pods of namespace argocd to see whether it works"
        in (said(deployment))
    )


def test_busy_argo_cd_is_told_and_waited_for() -> None:
    world = asked_for_nothing_yet()
    deployment = make_deployment(world.api)
    world.moves = [*[lambda w: None] * 100, lambda w: w.status()]

    assert run(world, deployment)[0] is Status.DONE
    assert any("though its pods run: it is busy" in line for line in said(deployment))


def test_sync_of_ours_that_waits_long_while_argo_cd_works_is_no_trouble() -> None:
    world = syncing()
    deployment = make_deployment(world.api)
    world.moves = [*[lambda w: None] * 100, lambda w: w.status()]

    assert run(world, deployment)[0] is Status.DONE
    assert not [line for line in said(deployment) if "Argo CD" in line]


def test_auto_sync_that_does_not_begin_is_begun() -> None:
    world = World().deployed()
    world.status("OutOfSync")
    deployment = make_deployment(world.api)
    world.moves = [*[lambda w: None] * 10, lambda w: w.status()]

    assert run(world, deployment)[0] is Status.DONE
    assert world.events == [f"start {REVISION[0]}"]
    assert 20 <= world.now <= 24


def quota(hard: str) -> Object:
    metadata = {"name": "launchpad", "namespace": "alpha"}
    body = {"spec": {"hard": {"pods": hard}}, "status": {"used": {"pods": "3"}}}
    return {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": metadata, **body}


@pytest.mark.parametrize("at", [syncing, synced])
@pytest.mark.parametrize("when", ["before", "meanwhile"])
def test_full_quota_is_named_within_seconds(when: str, at: Callable[[], World]) -> None:
    world = at()
    world.api.put(quota("3"))
    if when == "before":
        world.api.put(event(FULL))
    world.moves = [happens(event(FULL))] * 5

    with pytest.raises(
        LaunchpadError, match=f"alpha exceeds its quota: ReplicaSet lms-1: {FULL}. Raise LAUNCHPAD_QUOTA"
    ):
        run(world)
    assert world.now <= 6


def test_quota_that_was_raised_since_is_no_trouble() -> None:
    world = syncing()
    world.api.put(quota("4"))
    world.api.put(event(FULL))
    world.moves = [*[lambda w: None] * 10, lambda w: w.status()]

    assert run(world)[0] is Status.DONE


def test_pods_that_a_webhook_denies_are_named_at_once() -> None:
    world = syncing()
    world.moves = [happens(event(DENIED))]

    with pytest.raises(LaunchpadError, match=f"The cluster refuses pods of alpha: ReplicaSet lms-1: {DENIED}"):
        run(world)
    assert world.now <= 6


def test_denial_of_an_earlier_time_is_told_and_does_not_end_the_deploy() -> None:
    world = syncing()
    world.api.put(event(DENIED))
    deployment = make_deployment(world.api)
    world.moves = [*[lambda w: None] * 10, lambda w: w.status()]

    assert run(world, deployment)[0] is Status.DONE
    assert f"refused before: ReplicaSet lms-1: {DENIED}" in said(deployment)


def failing(message: str, retries: int = 0) -> Any:
    results = [{"kind": "Deployment", "name": "lms", "status": "SyncFailed", "message": message}]
    result = {"revision": REVISION, "resources": results}
    state = {**running(REVISION), "finishedAt": "t", "retryCount": retries, "syncResult": result}
    return lambda w: w.status("OutOfSync", operationState=state)


MESSAGES = {
    "webhook": (DENIED, 0),
    "policy": (
        "deployments.apps \"lms\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
        0,
    ),
    "namespace": ("unable to create new content in namespace alpha because it is being terminated", 0),
    "webhook that is down": ('Internal error occurred: failed calling webhook "w": connection refused', 3),
}


@pytest.mark.parametrize(("message", "retries"), MESSAGES.values(), ids=MESSAGES)
def test_object_that_argo_cd_may_not_make_is_named_with_the_reason(message: str, retries: int) -> None:
    world = asked_for_nothing_yet()
    world.moves = [failing(message, number) for number in range(retries + 1)]

    with pytest.raises(LaunchpadError) as caught:
        run(world)

    assert f"Argo CD could not sync alpha to {REVISION[:10]}: Deployment lms: {message}. Mend" in str(caught.value)
    assert world.now == 2.0 * (retries + 1)
