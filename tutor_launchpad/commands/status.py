"""`tutor launchpad status`: what is in Git, what runs, and whether it is healthy."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import check_context, cluster_options, output_option, root_of


@click.command(name="status", help="Show what is in Git, what runs, and whether it is healthy.")
@cluster_options
@output_option
@click.pass_context
def status_command(context: click.Context, kube_context: str | None, no_cluster: bool, output: str) -> None:
    from tutor_launchpad.commands.session import open_deployment
    from tutor_launchpad.commands.terminal import open_display
    from tutor_launchpad.core.results import render_json
    from tutor_launchpad.core.status import describe
    from tutor_launchpad.steps.deployment import Options
    from tutor_launchpad.steps.observe import observe
    from tutor_launchpad.steps.target import Wish

    check_context(kube_context, no_cluster)
    deployment = open_deployment(
        root_of(context), Options(dry_run=True), Wish(kube_context, no_cluster), open_display()
    )
    status = observe(deployment)
    click.echo(render_json(status) if output == "json" else describe(status))
