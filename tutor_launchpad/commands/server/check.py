"""`tutor launchpad server check`: log in as the administrator, from a pod where there is a cluster."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import Seconds, asker, check_context, cluster_options, root_of
from tutor_launchpad.commands.server.names import ResourceName


@click.command(name="check", help="Log in to a server as its administrator; with a cluster, from a pod there.")
@click.argument("resource", type=ResourceName(), metavar="RESOURCE")
@click.argument("name")
@click.option("--timeout", type=Seconds(), default=300, show_default=True, help="Seconds to wait.")
@click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions.")
@cluster_options
@click.pass_context
def check_command(
    context: click.Context,
    resource: str,
    name: str,
    timeout: float,
    yes: bool,
    kube_context: str | None,
    no_cluster: bool,
) -> None:
    from tutor_launchpad.commands.server.checking import check_server
    from tutor_launchpad.steps.target import Wish

    check_context(kube_context, no_cluster)
    click.echo(check_server(root_of(context), Wish(kube_context, no_cluster, yes, asker()), resource, name, timeout))
