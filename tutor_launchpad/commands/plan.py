"""`tutor launchpad plan`: what a deploy would change."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import check_context, cluster_options, output_option, root_of


@click.command(name="plan", help="Show what a deploy would change in Git and in the cluster, and change nothing.")
@cluster_options
@output_option
@click.pass_context
def plan_command(context: click.Context, kube_context: str | None, no_cluster: bool, output: str) -> None:
    from tutor_launchpad.commands.running import show_plan
    from tutor_launchpad.steps.deployment import Options
    from tutor_launchpad.steps.target import Wish

    check_context(kube_context, no_cluster)
    show_plan(root_of(context), Options(dry_run=True), Wish(kube_context, no_cluster), output)
