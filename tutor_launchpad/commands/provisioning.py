"""Runs provisioning alone and prints what became of it."""

from __future__ import annotations

from pathlib import Path

import click

from tutor_launchpad.commands.ending import told
from tutor_launchpad.commands.session import open_deployment
from tutor_launchpad.commands.terminal import open_display
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.results import Status, render_json
from tutor_launchpad.steps.deployment import Deployment, Options, Step
from tutor_launchpad.steps.provision import provision_by_workflow, provision_in_process
from tutor_launchpad.steps.resources import plan_resources
from tutor_launchpad.steps.run import run_steps
from tutor_launchpad.steps.target import Wish


def provision(root: Path, options: Options, wish: Wish, only: tuple[str, ...], local: bool, output: str) -> None:
    """One step, by a workflow or in this process; `only`: the resources, all where empty."""
    display = open_display()

    def run(deployment: Deployment) -> tuple[Status, str]:
        resources = plan_resources(deployment, only)
        known = {} if resources is None else {one.resource for one in resources.servers}
        unknown = [name for name in only if name not in known]
        if unknown:
            raise Refused([
                f"This instance names no server for {name}: set LAUNCHPAD_{name.upper()}_SERVER." for name in unknown
            ])  # fmt: skip
        if resources is None:
            return Status.SKIPPED, "no servers named: Tutor's own databases run in the namespace"
        if local:
            return provision_in_process(deployment, resources)
        if deployment.cluster is None:
            raise Refused(["There is no cluster to run a workflow in: give --context, or use --local."])
        if not deployment.settings.worker_image:
            raise Refused(
                ["LAUNCHPAD_WORKER_IMAGE is not set: build workflows/Dockerfile, push it, and name it there."]
            )
        return provision_by_workflow(deployment, deployment.cluster, resources, always=True)

    with told(output) as begun:
        deployment = open_deployment(root, options, wish, display, needs_repository=False, take=begun.take)
        result = run_steps(deployment, [Step("provision", run)], display.step)
    click.echo(render_json(result) if output == "json" else result.steps[-1].detail)
