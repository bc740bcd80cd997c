"""Runs a rotation: both passwords in, a deploy, the former one out."""

from __future__ import annotations

from dataclasses import replace

from tutor_launchpad import hooks
from tutor_launchpad.adapters.plugins import plugins_code
from tutor_launchpad.commands.operating import Call, Session, interruptible, open_session
from tutor_launchpad.core.errors import LaunchpadError, Refused
from tutor_launchpad.core.operations import describe_outcomes
from tutor_launchpad.steps.resources import Resources, wanted_resources
from tutor_launchpad.steps.rotation import choose_next, is_in_force, is_written, let_in, shut_out
from tutor_launchpad.steps.run import run_steps

NOT_DEPLOYED = (
    "The next passwords are let in and stand in config.yml. Deploy, so that the instance uses them, then run the same command "
    "again with --deployed, which shuts the former ones out."
)


def rotate(call: Call, *, deployed: bool) -> None:
    """From wherever the last run has stopped. `deployed`: the operator says that the instance uses the next passwords."""
    with open_session(call) as session:
        runner, resources = session.runner(), _resources(session, call)
        todo = _only(
            resources, [one.resource for one in resources.request.resources if not is_written(call.root, one.resource)]
        )
        if todo.request.resources:
            _confirm(session, f"Change the passwords of {_names(todo)}?")
            choose_next(session.deployment.root, todo)
            ran = session.run("prepare", lambda: let_in(session.deployment, runner, todo))
            if not ran.ok:
                session.finish("rotate", ran, describe_outcomes(ran.outcomes))
    if call.local and not deployed:
        with open_session(call) as session:
            session.nothing("rotate", NOT_DEPLOYED)
        return
    if not call.local:
        _deploy(call)
    with open_session(call) as session:
        resources = _resources(session, call)
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


def _only(resources: Resources, names: list[str]) -> Resources:
    parts = tuple(one for one in resources.request.resources if one.resource in names)
    return replace(resources, request=resources.request.model_copy(update={"resources": parts}))


def _names(resources: Resources) -> str:
    return ", ".join(f"{one.resource}/{one.server}" for one in resources.request.resources)


def _confirm(session: Session, question: str) -> None:
    wish = session.call.wish
    if not (wish.yes or (wish.confirm is not None and wish.confirm(question))):
        raise Refused([f"{question} Nothing was changed: confirm it with --yes."])
