"""The one message of a run that somebody has ended."""

from __future__ import annotations

from tutor_launchpad.core.interruption import AGAIN, describe_interruption
from tutor_launchpad.core.results import DeployResult, Status, StepResult


def _result(*steps: tuple[str, Status], changed: bool = False, ongoing: tuple[str, ...] = ()) -> DeployResult:
    made = tuple(StepResult(name, status, 0.1) for name, status in steps)
    return DeployResult("alpha", "0ee3cc8b015664a6", "x", changed, made, ongoing=ongoing)


def test_interruption_before_the_first_step_says_that_nothing_was_done() -> None:
    assert describe_interruption(_result()) == f"Interrupted before the first step; nothing was deployed.\n{AGAIN}"


def test_steps_are_told_apart_and_what_goes_on_is_named() -> None:
    steps = [
        ("check", Status.DONE),
        ("namespace", Status.UNCHANGED),
        ("provision", Status.SKIPPED),
        ("record", Status.DONE),
        ("sync", Status.INTERRUPTED),
    ]

    text = describe_interruption(_result(*steps, changed=True, ongoing=("Argo CD goes on",)))

    assert text.splitlines() == [
        "Interrupted in step sync; done until then: check, namespace, record (commit 0ee3cc8b01).",
        "  - Argo CD goes on",
        AGAIN,
    ]


def test_interruption_between_steps_names_none() -> None:
    assert describe_interruption(_result(("check", Status.DONE))).startswith("Interrupted between two steps; done")
