"""How a run ends that does not come to its end: its result is printed all the same, and its error is one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click

from tutor_launchpad.core.errors import Interrupted, LaunchpadError
from tutor_launchpad.core.interruption import describe_interruption
from tutor_launchpad.core.results import DeployResult, render_failure
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.run import result_of


class Begun:
    """What is known of a run so far."""

    def __init__(self) -> None:
        self.deployment: Deployment | None = None

    def take(self, deployment: Deployment) -> None:
        """From now on the result is this deployment's."""
        self.deployment = deployment

    @property
    def result(self) -> DeployResult:
        """Empty where not even the instance is known."""
        return result_of(self.deployment) if self.deployment else DeployResult("", "", "", False, ())


@contextmanager
def told(output: str) -> Iterator[Begun]:
    """Print the result of what fails or is interrupted, where it was asked for as JSON. Ctrl-C becomes `Interrupted`."""
    begun = Begun()
    try:
        yield begun
    except LaunchpadError as error:
        _print(error, begun, output)
        raise
    except KeyboardInterrupt:
        interrupted = Interrupted(describe_interruption(begun.result))
        _print(interrupted, begun, output)
        raise interrupted from None


def _print(error: LaunchpadError, begun: Begun, output: str) -> None:
    if output == "json":
        click.echo(render_failure(error, begun.result))
        error.printed = True
