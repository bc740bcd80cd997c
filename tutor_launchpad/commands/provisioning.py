"""Runs provisioning alone and prints what became of it."""

from __future__ import annotations

import click

from tutor_launchpad.commands.ending import told
from tutor_launchpad.commands.operating import Call, open_session
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.results import Status, render_json
from tutor_launchpad.steps.deployment import Deployment, Step
from tutor_launchpad.steps.passwords import REMEDY, describe, find_replaced
from tutor_launchpad.steps.provision import STEP, provision_by_workflow, provision_in_process
from tutor_launchpad.steps.resources import Resources, wanted_resources
from tutor_launchpad.steps.run import run_steps
from tutor_launchpad.steps.runners import ByWorkflow


def provision(call: Call) -> None:
    """One step, by a workflow or in this process."""
    with told(call.output) as begun, open_session(call, take=begun.take) as session:

        def run(deployment: Deployment) -> tuple[Status, str]:
            resources = wanted_resources(deployment, call.only)
            if resources is None:
                return Status.SKIPPED, "no servers named: Tutor's own databases run in the namespace"
            refuse_replaced(deployment, resources)
            runner = session.runner()
            if isinstance(runner, ByWorkflow):
                return provision_by_workflow(deployment, runner.cluster, resources, always=True)
            return provision_in_process(deployment, resources)

        result = run_steps(session.deployment, [Step(STEP, run)], session.display.step)
    click.echo(render_json(result) if call.output == "json" else result.steps[-1].detail)


def refuse_replaced(deployment: Deployment, resources: Resources) -> None:
    """There is no deploy after it that would bring the passwords to the instance."""
    replaced = find_replaced(deployment, deployment.cluster, resources) if deployment.cluster is not None else ()
    if replaced:
        text = describe(deployment.settings.instance, replaced)
        raise Refused([f"{text} Nothing was changed. {REMEDY}; a deploy with --yes sets it all the same."])
