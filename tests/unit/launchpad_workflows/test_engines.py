"""Whether a program works, by its pods."""

from __future__ import annotations

from typing import Any

import pytest
from launchpad_workflows.client import Object
from launchpad_workflows.engines import find_stopped

PROGRAM = "argocd-repo-server"


def pod(name: str = "a", ready: bool = False, labels: dict[str, str] | None = None, **status: Any) -> Object:
    conditions = [{"type": "Ready", "status": str(ready)}, *status.pop("conditions", [])]
    status = {"phase": "Running", "conditions": conditions, **status}
    return {"metadata": {"name": name, "labels": labels or {"app.kubernetes.io/name": PROGRAM}}, "status": status}


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"containerStatuses": [{"state": {"waiting": {"reason": reason, "message": message}}}]}


@pytest.mark.parametrize(
    "labels",
    [
        {"app.kubernetes.io/name": "argocd-repo-server"},
        {"app.kubernetes.io/name": "production-repo-server"},
        {"app.kubernetes.io/name": "argocd", "app.kubernetes.io/component": "repo-server"},
        {"app": "argocd-repo-server"},
    ],
)
def test_one_ready_pod_is_enough_however_it_is_labelled(labels: dict[str, str]) -> None:
    assert find_stopped([pod(), pod("b", ready=True, labels=labels)], PROGRAM) is None


@pytest.mark.parametrize(
    ("pods", "text", "starting"),
    [
        pytest.param([], "there is none", False, id="scaled to nothing"),
        pytest.param([pod(labels={"app": "argocd-server"}, ready=True)], "there is none", False, id="only another one"),
        pytest.param(
            [pod(**waiting("CrashLoopBackOff", "back-off 10s\nmore"))],
            "Pod a is CrashLoopBackOff (back-off 10s)",
            False,
            id="crashing",
        ),
        pytest.param(
            [pod(**waiting("ContainerCreating"), phase="Pending")],
            "Pod a is Pending and not ready",
            True,
            id="starting",
        ),
        pytest.param(
            [pod(containerStatuses=[{"restartCount": 3, "state": {"running": {}}}])],
            "Pod a is Running and not ready",
            False,
            id="not ready again",
        ),
        pytest.param(
            [
                pod(
                    conditions=[
                        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "full"}
                    ]
                )
            ],
            "Pod a is Unschedulable (full)",
            False,
            id="without a node",
        ),
    ],
)
def test_stopped_program_is_named_with_its_reason(pods: list[Object], text: str, starting: bool) -> None:
    stopped = find_stopped(pods, PROGRAM)

    assert stopped is not None
    assert (str(stopped), stopped.starting) == (f"no pod of argocd-repo-server is running: {text}", starting)


def test_pod_that_is_being_deleted_does_not_count() -> None:
    ending = pod(ready=True)
    ending["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"

    stopped = find_stopped([ending], PROGRAM)

    assert stopped is not None
    assert str(stopped) == "no pod of argocd-repo-server is running: Pod a is being deleted"
