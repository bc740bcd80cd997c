"""Jobs and pods as the cluster tells of them."""

from __future__ import annotations

from typing import Any

from tutor_launchpad.core.jobs import WAVE
from tutor_launchpad.core.types import Object
from tutor_launchpad.core.workloads import failed, failed_container, read_job, superseded, troubles


def job(name: str, wave: int = 1, **condition: str) -> Object:
    conditions = [{"status": "True", **condition}] if condition else []
    return {"metadata": {"name": name, "annotations": {WAVE: str(wave)}}, "status": {"conditions": conditions}}


def pod(name: str, state: dict[str, Any], created: str = "1", **status: Any) -> Object:
    container = {"name": "lms", "image": "openedx:1", "state": state}
    metadata = {"name": name, "creationTimestamp": created}
    return {"metadata": metadata, "status": {"containerStatuses": [container], **status}}


def test_failed_jobs_of_this_revision_come_in_the_order_of_their_waves() -> None:
    states = [
        read_job(job("init-late", 5, type="Failed", message="late")),
        read_job(job("init-early", 3, type="Failed", message="early")),
        read_job(job("init-old", 1, type="Failed")),
        read_job(job("init-good", 1, type="Complete")),
    ]

    found = failed(states, {"init-late", "init-early", "init-good"})

    assert [(one.name, one.message) for one in found] == [("init-early", "early"), ("init-late", "late")]


def test_only_running_jobs_of_earlier_revisions_are_superseded() -> None:
    states = [
        read_job(job("ours")),
        read_job(job("old")),
        read_job(job("old-done", type="Complete")),
        read_job(job("old-asked-to-fail", type="FailureTarget")),
    ]

    assert [one.name for one in superseded(states, {"ours"})] == ["old", "old-asked-to-fail"]


def test_log_is_that_of_the_newest_container_that_failed() -> None:
    ended = {"terminated": {"exitCode": 1}}
    pods = [pod("first", ended, "1"), pod("second", ended, "2"), pod("third", {"waiting": {}}, "3")]

    assert failed_container(pods) == ("second", "lms")
    assert failed_container([pod("alone", {"terminated": {"exitCode": 0}})]) == ("alone", "lms")
    assert failed_container([pod("never began", {"waiting": {"reason": "ErrImagePull"}})]) is None
    assert failed_container([]) is None


def test_troubles_name_pod_reason_and_image() -> None:
    unscheduled = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no room"}
    pods = [
        pod("b", {"waiting": {"reason": "ErrImagePull", "message": "not found\nmore"}}),
        pod("c", {"waiting": {"reason": "ContainerCreating"}}),
        {"metadata": {"name": "a"}, "status": {"conditions": [unscheduled]}},
    ]

    assert troubles(pods) == [
        "Pod a: Unschedulable: no room",
        "Pod b: ErrImagePull, image openedx:1: not found",
    ]
