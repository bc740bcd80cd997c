"""Runs operations on an instance's resources and prints what became of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

import click
from launchpad_workflows.requests import Request

from tutor_launchpad.commands.session import open_deployment
from tutor_launchpad.commands.terminal import Display, open_display
from tutor_launchpad.core.errors import Interrupted, LaunchpadError, Refused
from tutor_launchpad.core.interruption import describe_interruption
from tutor_launchpad.core.operations import (
    OperationResult,
    Orphans,
    as_data,
    describe_outcomes,
    describe_removal,
)
from tutor_launchpad.core.results import Status, render_json
from tutor_launchpad.steps.deployment import Deployment, Options, Step
from tutor_launchpad.steps.removal import Removal, forget_passwords, plan_removal, run_removal
from tutor_launchpad.steps.resources import wanted_resources
from tutor_launchpad.steps.run import result_of, run_steps
from tutor_launchpad.steps.runners import Ran, Runner, open_runner
from tutor_launchpad.steps.target import Wish

NOTHING = "Nothing is recorded to have been made for this instance on any server."


@dataclass(frozen=True)
class Call:
    """How a verb was called. `only`: the resources, all where empty."""

    root: Path
    options: Options
    wish: Wish
    only: tuple[str, ...] = ()
    local: bool = False
    output: str = "text"


@dataclass(frozen=True)
class Session:
    """A deployment that is open, the runner that works on it, and what is shown."""

    call: Call
    display: Display
    deployment: Deployment

    def runner(self) -> Runner:
        """Where the work is done; raises `Refused` where there is no such place."""
        return open_runner(self.deployment, local=self.call.local)

    def run(self, name: str, run: Callable[[], Ran]) -> Ran:
        """Show it as a step is shown."""
        ended: list[Ran] = []

        def step(_deployment: Deployment) -> tuple[Status, str]:
            ended.append(run())
            return (Status.DONE if ended[0].ok else Status.FAILED), ended[0].place

        with interruptible(self):
            run_steps(self.deployment, [Step(name, step)], self.display.step)
        return ended[0]

    def finish(self, operation: str, ran: Ran, lines: list[str], found: Orphans | None = None) -> None:
        """Print the result; raises where it is a failure."""
        result = OperationResult(
            self.deployment.settings.instance,
            operation,
            ran.place,
            ran.ok,
            as_data(ran.outcomes),
            ran.problems,
            **(vars(found) if found is not None else {}),
        )
        click.echo(render_json(result) if self.call.output == "json" else "\n".join(lines))
        if not ran.ok:
            failure = LaunchpadError(f"{operation} failed: " + "\n".join(ran.problems))
            failure.printed = self.call.output == "json"
            raise failure

    def nothing(self, operation: str, line: str) -> None:
        """There was nothing to do."""
        result = OperationResult(self.deployment.settings.instance, operation, "", True, ())
        click.echo(render_json(result) if self.call.output == "json" else line)


@contextmanager
def open_session(
    call: Call, take: Callable[[Deployment], None] = lambda _deployment: None, *, needs_repository: bool = False
) -> Iterator[Session]:
    """A session whose lock on the root ends with it. `take` gets the deployment as early as there is one."""
    display = open_display()
    opened: list[Deployment] = []

    def keep(deployment: Deployment) -> None:
        opened.append(deployment)
        take(deployment)

    wish = replace(call.wish, confirm=display.asking(call.wish.confirm)) if call.wish.confirm else call.wish
    try:
        deployment = open_deployment(call.root, call.options, wish, display, needs_repository, take=keep)
        yield Session(call, display, deployment)
    finally:
        for one in opened:
            if one.lock is not None:
                one.lock.release()


@contextmanager
def interruptible(session: Session) -> Iterator[None]:
    """Ctrl-C becomes a sentence on what is done and what goes on."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted(describe_interruption(result_of(session.deployment))) from None


def verify(call: Call) -> None:
    """Try what the instance has."""
    with open_session(call) as session:
        runner = session.runner()
        resources = wanted_resources(session.deployment, call.only)
        if resources is None:
            session.nothing("verify", "no servers named: Tutor's own databases run in the namespace")
            return
        request = resources.request.model_copy(update={"operation": "verify"})
        ran = session.run("verify", lambda: runner.run(request, resources.passwords))
        session.finish("verify", ran, describe_outcomes(ran.outcomes))


def deprovision(call: Call, removal: Removal) -> None:
    """Show what would go, ask, and remove it."""
    with open_session(call) as session:
        runner = session.runner()
        resources = plan_removal(session.deployment, runner, removal, datetime.now(timezone.utc))
        if resources is None:
            forget_passwords(session.deployment, runner)
            session.nothing("deprovision", NOTHING)
            return
        _ask(session, resources.request)
        ran = session.run("remove", lambda: run_removal(session.deployment, runner, resources))
        session.finish("deprovision", ran, describe_outcomes(ran.outcomes))


def _ask(session: Session, request: Request) -> None:
    """Somebody must have seen what goes."""
    instance, wish = session.deployment.settings.instance, session.call.wish
    session.display.say(f"On its servers, instance {instance} has:")
    for line in describe_removal(request):
        session.display.say(line)
    cluster = session.deployment.cluster
    if cluster is not None and cluster.find("v1", "Namespace", instance) is not None:
        session.display.say(f"Namespace {instance} is there: what runs in it loses all this.")
    question = (
        f"Delete the data of instance {instance}?" if request.delete_data else f"End the access of instance {instance}?"
    )
    if wish.yes or (wish.confirm is not None and wish.confirm(question)):
        return
    raise Refused([f"{question} Nothing was changed: confirm it with --yes."])
