"""Steps one after the other: what they leave, and what is known when one fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.unit.fake_deployment import REVISION, make_deployment
from tutor_launchpad.core.errors import LaunchpadError, Unreachable
from tutor_launchpad.core.results import Status, StepResult
from tutor_launchpad.steps.deployment import Deployment, Step
from tutor_launchpad.steps.run import result_of, run_steps


class Screen:
    """Remembers which steps were shown, and how they ended."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []

    @contextmanager
    def __call__(self, name: str) -> Iterator[Callable[[StepResult], None]]:
        self.seen.append((name, "begins"))
        yield lambda result: self.seen.append((result.name, result.status.value))


def _step(name: str, status: Status = Status.DONE) -> Step:
    return Step(name, lambda deployment: (status, f"{name} {deployment.settings.instance}"))


def _failing(error: BaseException) -> Step:
    def run(deployment: Deployment) -> tuple[Status, str]:
        raise error

    return Step("fails", run)


def test_steps_run_in_order_and_share_the_deployment() -> None:
    deployment, screen = make_deployment(None), Screen()
    deployment.changed = True

    result = run_steps(deployment, [_step("one"), _step("two", Status.SKIPPED)], screen)

    assert [(one.name, one.status, one.detail) for one in result.steps] == [
        ("one", Status.DONE, "one alpha"),
        ("two", Status.SKIPPED, "two alpha"),
    ]
    assert screen.seen == [("one", "begins"), ("one", "done"), ("two", "begins"), ("two", "skipped")]
    assert (result.instance, result.revision, result.changed) == ("alpha", REVISION, True)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (LaunchpadError("no"), Status.FAILED),
        (ValueError("bug"), Status.FAILED),
        (KeyboardInterrupt(), Status.INTERRUPTED),
    ],
    ids=repr,
)
def test_step_that_raises_is_recorded_as_such_and_ends_the_run(error: BaseException, status: Status) -> None:
    deployment, screen = make_deployment(None), Screen()

    with pytest.raises(type(error)):
        run_steps(deployment, [_step("one"), _failing(error), _step("never")], screen)

    assert [(one.name, one.status) for one in deployment.results] == [("one", Status.DONE), ("fails", status)]
    assert screen.seen[-1] == ("fails", status.value)
    assert [one.name for one in result_of(deployment).steps] == ["one", "fails"]


@pytest.mark.parametrize(
    ("changed", "before"),
    [(False, "Done until then: one. "), (True, f"Done until then: one, commit {REVISION[:10]}. ")],
    ids=["before the commit", "after it"],
)
def test_cluster_that_is_away_ends_with_what_is_done_and_how_to_go_on(changed: bool, before: str) -> None:
    deployment = make_deployment(None)
    deployment.changed = changed

    with pytest.raises(Unreachable) as caught:
        run_steps(deployment, [_step("one"), _failing(Unreachable("Nobody answers."))], Screen())

    assert str(caught.value) == (
        f"Nobody answers. {before}Step fails is not finished: run the same command again, which does what is missing."
    )


def test_no_steps_give_an_empty_result() -> None:
    assert run_steps(make_deployment(None), [], Screen()).steps == ()
