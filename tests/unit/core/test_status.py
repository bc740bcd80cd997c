"""What pods and jobs say of themselves, and the status that people read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tutor_launchpad.core.status import InstanceStatus, Pods, describe, read_jobs, read_pods

NOTHING = InstanceStatus(
    instance="moon", repository="/srv/git", git_revision="", live_revision="", sync="", health="", message="",
    pods=None, init_jobs={}, provisioning="", images=(), last_deploy="",
)  # fmt: skip


def _waits(reason: str) -> dict[str, Any]:
    return {"state": {"waiting": {"reason": reason}}}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        pytest.param({"phase": "Running", "containerStatuses": [{"ready": True}]}, Pods(1, 0, {}), id="ready"),
        pytest.param({"phase": "Succeeded"}, Pods(0, 1, {}), id="finished"),
        pytest.param({"phase": "Running", "containerStatuses": None}, Pods(1, 0, {}), id="null"),
        pytest.param(
            {"phase": "Running", "containerStatuses": [{"ready": False}]}, Pods(0, 0, {"p": "Running"}), id="not ready"
        ),
        pytest.param({}, Pods(0, 0, {"p": "Pending"}), id="nothing said"),
        pytest.param({"phase": "Failed", "conditions": None}, Pods(0, 0, {"p": "Failed"}), id="failed"),
        pytest.param(
            {"phase": "Pending", "containerStatuses": [_waits("ImagePullBackOff")]},
            Pods(0, 0, {"p": "ImagePullBackOff"}),
            id="image",
        ),
        pytest.param(
            {"phase": "Pending", "initContainerStatuses": [_waits("CrashLoopBackOff")],
             "containerStatuses": [_waits("PodInitializing")]},
            Pods(0, 0, {"p": "CrashLoopBackOff"}),
            id="init container first",
        ),
        pytest.param(
            {"phase": "Running", "containerStatuses": [{"state": {"terminated": {"reason": "OOMKilled"}}}]},
            Pods(0, 0, {"p": "OOMKilled"}),
            id="killed",
        ),
        pytest.param(
            {"conditions": [{"status": "False", "reason": "Unschedulable", "message": "0/3 nodes are available"}]},
            Pods(0, 0, {"p": "0/3 nodes are available"}),
            id="no node",
        ),
    ],
)  # fmt: skip
def test_read_pods(status: dict[str, Any], expected: Pods) -> None:
    assert read_pods([{"metadata": {"name": "p"}, "status": status}]) == expected


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ({}, "waiting"),
        ({"active": 1}, "running"),
        ({"conditions": [{"type": "Complete", "status": "True"}]}, "complete"),
        ({"conditions": [{"type": "Failed", "status": "True"}], "active": 1}, "failed"),
        ({"conditions": [{"type": "Complete", "status": "False"}], "active": 1}, "running"),
        ({"conditions": None}, "waiting"),
    ],
)
def test_read_jobs(status: dict[str, Any], state: str) -> None:
    assert read_jobs([{"metadata": {"name": "j"}, "status": status}]) == {"j": state}


def test_describe_before_anything() -> None:
    assert describe(NOTHING).splitlines() == [
        "instance      moon",
        "repository    /srv/git",
        "in Git        nothing recorded",
        "live          nothing deployed",
        "sync          -",
        "health        -",
    ]


def test_describe_names_failed_jobs_waiting_pods_and_images() -> None:
    status = replace(
        NOTHING, git_revision="a" * 40, live_revision="b" * 40, sync="OutOfSync", health="Degraded", message="one failed",
        pods=Pods(3, 2, {"lms-1": "ImagePullBackOff"}), init_jobs={"a": "complete", "b": "failed", "c": "complete"},
        provisioning="Succeeded (w)", images=("openedx:1",), last_deploy="2026-01-01T00:00:00+00:00",
    )  # fmt: skip

    assert describe(status).splitlines()[2:] == [
        "in Git        aaaaaaaaaa",
        "live          bbbbbbbbbb",
        "sync          OutOfSync",
        "health        Degraded",
        "message       one failed",
        "pods          3 running, 1 waiting, 2 finished",
        "init jobs     2 complete, 1 failed (b)",
        "provisioning  Succeeded (w)",
        "last deploy   2026-01-01T00:00:00+00:00",
        "image         openedx:1",
        "waiting       pod lms-1: ImagePullBackOff",
    ]
