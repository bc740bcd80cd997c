"""Looks at what an instance has on servers, and on demand at what no instance of the repository owns."""

from __future__ import annotations

from dataclasses import replace

from tutor_launchpad.commands.operating import NOTHING, Call, Session, open_session
from tutor_launchpad.core.operations import Orphans, describe_orphans, describe_things, nobodys
from tutor_launchpad.core.owners import split_used
from tutor_launchpad.steps.owned import plan_owned
from tutor_launchpad.steps.owners import Survey, survey_owners
from tutor_launchpad.steps.resources import Resources
from tutor_launchpad.steps.runners import Ran, Runner


def inspect(call: Call, *, with_orphans: bool) -> None:
    """Show it. What could not be asked is told, and makes the result a failure."""
    with open_session(call) as session:
        runner = session.runner()
        held = runner.ownership.held(session.deployment.settings.instance)
        resources = plan_owned(session.deployment, held, call.only, wanted=True)
        if with_orphans:
            _inspect_all(session, runner, resources)
        elif resources is None:
            session.nothing("inspect", NOTHING)
        else:
            ran = _run(session, runner, resources)
            session.finish("inspect", ran, describe_things(ran.outcomes))


def _inspect_all(session: Session, runner: Runner, resources: Resources | None) -> None:
    """The instance's names, and then what is recorded or there without an instance of the repository."""
    only = session.call.only
    records = runner.ownership.records()
    survey = survey_owners(session.deployment, [one for one in records if not only or one.item.resource in only])
    ran = Ran((), "", ())
    if resources is not None:
        marks = tuple(sorted(one.item.mark for one in records))
        request = resources.request.model_copy(update={"orphans": True, "owned": marks})
        ran = _run(session, runner, replace(resources, request=request))
    found = _found(ran, survey)
    lines = describe_things(ran.outcomes) if resources is not None else [NOTHING]
    lines += describe_orphans(found, local=session.call.local)
    lines += [f"not seen: {problem}" for problem in survey.problems]
    session.finish("inspect", replace(ran, problems=(*ran.problems, *survey.problems)), lines, found)


def _run(session: Session, runner: Runner, resources: Resources) -> Ran:
    return session.run("inspect", lambda: runner.run(resources.request, resources.passwords))


def _found(ran: Ran, survey: Survey) -> Orphans:
    orphans, unrecorded = split_used(nobodys(ran.outcomes), survey.abouts)
    return Orphans(orphans, unrecorded, survey.owners, survey.unseen)
