"""Runs the steps of a deploy, one after the other, and times them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from functools import partial

from tutor_launchpad.core.errors import LaunchpadError, Unreachable
from tutor_launchpad.core.results import DeployResult, Status, StepResult
from tutor_launchpad.steps.deployment import Deployment, Step

Shown = Callable[[str], AbstractContextManager[Callable[[StepResult], None]]]
"""Shows a step while it runs: enter with its name, call with its result."""
UNFINISHED = "Step {} is not finished: run the same command again, which does what is missing."


def run_steps(deployment: Deployment, steps: Iterable[Step], shown: Shown) -> DeployResult:
    """The result of all steps. A step that raises is recorded as failed, or as interrupted, and ends the deploy."""
    for step in steps:
        run_step(step.name, partial(step.run, deployment), deployment.results, shown, partial(_so_far, deployment))
    return result_of(deployment)


def run_step(
    name: str,
    run: Callable[[], tuple[Status, str]],
    results: list[StepResult],
    shown: Shown,
    so_far: Callable[[str], str],
) -> None:
    """Run one step, timed and shown. `so_far`: what is told of a step where the other side is away."""
    started = time.monotonic()
    with shown(name) as show:
        status, detail = Status.FAILED, ""
        try:
            status, detail = run()
        except LaunchpadError as error:
            detail = str(error).splitlines()[0]
            if isinstance(error, Unreachable):
                raise Unreachable(f"{error} {so_far(name)}") from error
            raise
        except KeyboardInterrupt:
            status = Status.INTERRUPTED
            raise
        finally:
            result = StepResult(name, status, round(time.monotonic() - started, 2), detail)
            results.append(result)
            show(result)


def _so_far(deployment: Deployment, step: str) -> str:
    done = [result.name for result in deployment.results]
    if deployment.changed and "record" not in done:
        done.append(f"commit {deployment.revision[:10]}")
    before = f"Done until then: {', '.join(done)}. " if done else ""
    return f"{before}{UNFINISHED.format(step)}"


def result_of(deployment: Deployment) -> DeployResult:
    """What has been done so far."""
    return DeployResult(
        instance=deployment.settings.instance,
        revision=deployment.revision,
        repository=deployment.repository.address,
        changed=deployment.changed,
        steps=tuple(deployment.results),
        urls=deployment.urls,
        next=tuple(deployment.remaining),
        ongoing=tuple(deployment.ongoing.values()),
    )
