"""What is said while a workflow runs."""

from __future__ import annotations

import pytest
from launchpad_workflows.watch import Part, Progress

from tutor_launchpad.steps.telling import Teller

WHY = 'failed to pull "worker:1": not found'


def told(*seen: Progress) -> list[str]:
    lines: list[str] = []
    teller = Teller(lines.append)
    for one in seen:
        teller(one)
    return lines


def running(phase: str, message: str = "", attempts: int = 1) -> Progress:
    return Progress("Running", "", (Part("mysql", "main", phase, message, attempts),))


def test_each_change_is_told_once() -> None:
    lines = told(
        Progress("Pending", "", ()), running("Pending"), running("Pending", "PodInitializing"), running("Running")
    )

    assert lines == ["workflow Pending", "workflow Running mysql/main Pending", "workflow Running mysql/main Running"]


def test_next_attempt_is_news() -> None:
    lines = told(running("Running"), running("Failed"), running("Running", attempts=2))

    assert lines[-1] == "workflow Running mysql/main Running (attempt 2)"


def test_image_that_cannot_be_pulled_is_told_once_with_its_reason() -> None:
    lines = told(
        running("Pending", f"ErrImagePull: {WHY}"),
        running("Pending", f'ImagePullBackOff: Back-off pulling image "worker:1": ErrImagePull: {WHY}'),
        running("Pending", f"ErrImagePull: {WHY}"),
    )

    assert lines[1:] == [f"mysql/main: its image cannot be pulled: {WHY}"]


@pytest.mark.parametrize("message", ["Unschedulable: 0/1 nodes are available", "waits for launchpad/Lock/limit"])
def test_what_a_pod_waits_for_is_told(message: str) -> None:
    assert told(running("Pending", message))[1] == f"mysql/main: {message}"
