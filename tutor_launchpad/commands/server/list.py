"""`tutor launchpad server list`: the registered servers, without credentials."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import check_context, cluster_options, output_option, root_of


@click.command(name="list", help="Show the registered servers, without their credentials.")
@cluster_options
@output_option
@click.pass_context
def list_command(context: click.Context, kube_context: str | None, no_cluster: bool, output: str) -> None:
    from tutor_launchpad.commands.server.session import open_servers
    from tutor_launchpad.core.results import render_json_list

    check_context(kube_context, no_cluster)
    servers = open_servers(root_of(context), kube_context, no_cluster, False, None, changes=False).all()
    if output == "json":
        click.echo(render_json_list(servers))
        return
    for server in servers:
        click.echo(f"{server.resource:8} {server.name:20} {server.provider:10} {server.where}")
    if not servers:
        click.echo("No server is registered.")
