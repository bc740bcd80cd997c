"""Runs deploys and plans for the verbs, and prints their results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from tutor_launchpad import hooks
from tutor_launchpad.adapters.plugins import plugins_code
from tutor_launchpad.commands.ending import told
from tutor_launchpad.commands.planning import describe_plan
from tutor_launchpad.commands.session import open_deployment
from tutor_launchpad.commands.terminal import open_display
from tutor_launchpad.core.results import DeployResult, PlanResult, render_json
from tutor_launchpad.steps.deployment import Deployment, Options
from tutor_launchpad.steps.planning import plan_cluster, plan_provisioning
from tutor_launchpad.steps.run import run_steps
from tutor_launchpad.steps.target import Wish


def deploy(root: Path, options: Options, wish: Wish, output: str) -> None:
    """Run all steps and print the result, also where one of them fails or is interrupted."""
    display = open_display()
    if wish.confirm is not None:
        wish = replace(wish, confirm=display.asking(wish.confirm))
    with told(output) as begun:
        deployment = open_deployment(root, options, wish, display, take=begun.take)
        result = run_steps(deployment, hooks.DEPLOY_STEPS.apply([]), display.step)
    with plugins_code("the hook INSTANCE_DEPLOYED, after the deploy had ended well"):
        hooks.INSTANCE_DEPLOYED.do(deployment)
    click.echo(render_json(result) if output == "json" else _text(deployment, result))


def show_plan(root: Path, options: Options, wish: Wish, output: str) -> None:
    """Print what a deploy would change."""
    display = open_display()
    deployment = open_deployment(root, options, wish, display)
    check = [step for step in hooks.DEPLOY_STEPS.apply([]) if step.name == "check"]
    run_steps(deployment, check, display.step)
    cluster, provisioning = plan_cluster(deployment), plan_provisioning(deployment)
    result = PlanResult(
        instance=deployment.settings.instance,
        repository=deployment.repository.address,
        changed=bool(deployment.changes or cluster or (provisioning and provisioning.starts)),
        files=tuple(deployment.changes),
        cluster=cluster,
        provisioning=provisioning,
        partings=tuple(deployment.partings),
        leftovers=tuple(deployment.leftovers),
        overtaking=deployment.overtaking,
        replaced=deployment.replaced,
    )
    click.echo(render_json(result) if output == "json" else describe_plan(result, str(deployment.settings.folder)))


def _from_here(address: str) -> str:
    """A path below the working folder as people would type it; any other address as it is."""
    path = Path(address)
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):  # elsewhere, or the working folder is gone
        return address


def _text(deployment: Deployment, result: DeployResult) -> str:
    lines = [f"Instance {result.instance} is recorded at {result.revision[:10]} in {_from_here(result.repository)}."]
    if deployment.cluster is not None:
        lines = [f"Instance {result.instance} runs revision {result.revision[:10]}: {' '.join(result.urls)}"]
        if not deployment.options.wait:
            lines = [f"Instance {result.instance} is on its way to revision {result.revision[:10]}."]
            lines.append("Watch it with: tutor launchpad status --watch")
    if result.next:
        lines.append("A cluster would still:" if deployment.cluster is None else "Next:")
        lines += [f"  - {item}" for item in result.next]
    if deployment.cluster is None:
        lines.append("Set LAUNCHPAD_REPOSITORY and a Kubernetes context, then deploy again.")
    return "\n".join(lines)
