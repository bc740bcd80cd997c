"""Runs a rotation: both passwords in, a deploy, the former one out."""

from __future__ import annotations

from tutor_launchpad import hooks
from tutor_launchpad.adapters.plugins import plugins_code
from tutor_launchpad.commands.operating import Call, Session, interruptible, open_session
from tutor_launchpad.core.errors import LaunchpadError, Refused
from tutor_launchpad.core.operations import describe_outcomes
from tutor_launchpad.steps.resources import Resources, wanted_resources
from tutor_launchpad.steps.rotation import (
    choose_next,
    is_in_force,
    let_in,
    names,
    plan_rotation,
    select,
    shut_out,
    unprepared,
)
from tutor_launchpad.steps.run import run_steps

NOT_DEPLOYED = (
    "The next passwords are let in and stand in config.yml. Deploy, so that the instance uses them, then run the same command "
    "again with --deployed, which shuts the former ones out."
)


def rotate(call: Call, *, deployed: bool) -> None:
    """From wherever the last run has stopped. `deployed`: the operator says that the instance uses the next passwords.

    Nothing is let in with `deployed`: what is let in now the instance cannot use yet.
    """
    if not deployed:
        _prepare(call)
        if call.local:
            return
        _deploy(call)
    _retire(call)


def _prepare(call: Call) -> None:
    """The next passwords let in and written, of what still lacks them."""
    with open_session(call) as session:
        runner, root = session.runner(), session.deployment.root
        resources, told = plan_rotation(root, _resources(session, call))
        for line in told:
            session.display.say(line)
        todo = select(resources, unprepared(root, resources))
        if todo.request.resources:
            _confirm(session, f"Change the passwords of {names(todo)}?")
            choose_next(root, todo)
            ran = session.run("prepare", lambda: let_in(session.deployment, runner, todo))
            if not ran.ok:
                session.finish("rotate", ran, describe_outcomes(ran.outcomes))
        if call.local:
            session.nothing("rotate", NOT_DEPLOYED)


def _retire(call: Call) -> None:
    """The former passwords shut out."""
    with open_session(call) as session:
        resources, _ = plan_rotation(session.deployment.root, _resources(session, call))
        if missing := unprepared(session.deployment.root, resources):
            raise Refused([
                f"Nothing is prepared for {names(select(resources, missing))}: run `tutor launchpad rotate"
                f"{' --local' if call.local else ''}` first."
            ])  # fmt: skip
        strange = [
            one.resource for one in resources.request.resources if not is_in_force(session.deployment, one.resource)
        ]
        if strange:
            raise LaunchpadError(
                f"The next password of {', '.join(strange)} is in config.yml, but another value is in force: take the "
                "variables TUTOR_… of these settings out of the environment, and run this again."
            )
        ran = session.run("retire", lambda: shut_out(session.deployment, session.runner(), resources))
        session.finish("rotate", ran, describe_outcomes(ran.outcomes))


def _deploy(call: Call) -> None:
    """With the settings as they are now, until the instance is Synced and Healthy."""
    with open_session(call, needs_repository=True) as session:
        if session.deployment.cluster is None:
            raise Refused(["There is no cluster to deploy to: use --local."])
        with interruptible(session):
            run_steps(session.deployment, hooks.DEPLOY_STEPS.apply([]), session.display.step)
        with plugins_code("the hook INSTANCE_DEPLOYED, after the deploy had ended well"):
            hooks.INSTANCE_DEPLOYED.do(session.deployment)


def _resources(session: Session, call: Call) -> Resources:
    found = wanted_resources(session.deployment, call.only)
    if found is None:
        raise Refused(["This instance names no servers, so that there are no passwords to change there."])
    return found


def _confirm(session: Session, question: str) -> None:
    wish = session.call.wish
    if not (wish.yes or (wish.confirm is not None and wish.confirm(question))):
        raise Refused([f"{question} Nothing was changed: confirm it with --yes."])
