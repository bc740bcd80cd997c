"""Runs the steps of a deploy, one after the other, and times them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager

from tutor_launchpad.core.errors import LaunchpadError, Unreachable
from tutor_launchpad.core.results import DeployResult, Status, StepResult
from tutor_launchpad.steps.deployment import Deployment, Step

Shown = Callable[[str], AbstractContextManager[Callable[[StepResult], None]]]
"""Shows a step while it runs: enter with its name, call with its result."""


def run_steps(deployment: Deployment, steps: Iterable[Step], shown: Shown) -> DeployResult:
    """The result of all steps. A step that raises is recorded as failed, or as interrupted, and ends the deploy."""
    for step in steps:
        started = time.monotonic()
        with shown(step.name) as show:
            status, detail = Status.FAILED, ""
            try:
                status, detail = step.run(deployment)
            except LaunchpadError as error:
                detail = str(error).splitlines()[0]
                if isinstance(error, Unreachable):
                    raise Unreachable(f"{error} {_so_far(deployment, step)}") from error
                raise
            except KeyboardInterrupt:
                status = Status.INTERRUPTED
                raise
            finally:
                result = StepResult(step.name, status, round(time.monotonic() - started, 2), detail)
                deployment.results.append(result)
                show(result)
    return result_of(deployment)


def _so_far(deployment: Deployment, step: Step) -> str:
    done = [result.name for result in deployment.results]
    if deployment.changed and "record" not in done:
        done.append(f"commit {deployment.revision[:10]}")
    before = f"Done until then: {', '.join(done)}. " if done else ""
    return f"{before}Step {step.name} is not finished: run the same command again, which does what is missing."


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
