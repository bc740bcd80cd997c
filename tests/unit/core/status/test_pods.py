"""What pods and jobs say of themselves."""

from __future__ import annotations

from typing import Any

import pytest

from tutor_launchpad.core.status.model import Pods
from tutor_launchpad.core.status.pods import failed_jobs, read_jobs, read_pods


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


def _pod(job: str, started: str, code: int, reason: str = "Error") -> dict[str, Any]:
    ended = {"name": "lms", "state": {"terminated": {"exitCode": code, "reason": reason}}}
    metadata = {"name": started, "labels": {"batch.kubernetes.io/job-name": job}, "creationTimestamp": started}
    return {"metadata": metadata, "status": {"containerStatuses": [ended]}}


FAILED = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "tried too often"}


@pytest.mark.parametrize(
    ("conditions", "pods", "expected"),
    [
        pytest.param(
            [FAILED], [_pod("j", "2", 137, "OOMKilled"), _pod("j", "1", 1)],
            {"j": "BackoffLimitExceeded, tried too often, container lms ended with 137 (OOMKilled)"}, id="newest pod",
        ),
        pytest.param(
            [FAILED], [_pod("other", "1", 1)], {"j": "BackoffLimitExceeded, tried too often"}, id="no pod left"
        ),
        pytest.param(
            [{"type": "Failed", "status": "True"}], [_pod("j", "1", 2)], {"j": "container lms ended with 2"}, id="exit code"
        ),
        pytest.param([{"type": "Failed", "status": "True"}], [], {"j": "no reason is told"}, id="nothing told"),
        pytest.param([{**FAILED, "status": "False"}], [_pod("j", "1", 1)], {}, id="not failed"),
        pytest.param([{"type": "Complete", "status": "True"}], [], {}, id="complete"),
    ],
)  # fmt: skip
def test_failed_jobs(conditions: list[Any], pods: list[Any], expected: dict[str, str]) -> None:
    assert failed_jobs([{"metadata": {"name": "j"}, "status": {"conditions": conditions}}], pods) == expected
