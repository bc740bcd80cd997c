"""What a person reads who has ended a run before its end."""

from __future__ import annotations

from collections.abc import Sequence

from tutor_launchpad.core.results import DeployResult, Status, StepResult

AGAIN = "Run the same command again to go on: it looks at what is there, waits for what is running, and does the rest."


def describe_interruption(result: DeployResult) -> str:
    """Which steps are done, which one was interrupted, what goes on without us, and how to go on."""
    commit = f" (commit {result.revision[:10]})" if result.changed else ""
    return tell_interruption(result.steps, result.ongoing, commit)


def tell_interruption(steps: Sequence[StepResult], ongoing: Sequence[str] = (), commit: str = "") -> str:
    """See `describe_interruption`."""
    ended = [step.name for step in steps if step.status in (Status.DONE, Status.UNCHANGED)]
    running = [step.name for step in steps if step.status is Status.INTERRUPTED]
    place = f"in step {running[0]}" if running else "between two steps" if ended else "before the first step"
    done = f"done until then: {', '.join(ended)}" if ended else "nothing was deployed"
    return "\n".join([f"Interrupted {place}; {done}{commit}.", *(f"  - {text}" for text in ongoing), AGAIN])
