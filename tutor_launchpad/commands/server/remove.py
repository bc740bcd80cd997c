"""`tutor launchpad server remove`: forget a server that no instance uses."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import asker, check_context, cluster_options, root_of
from tutor_launchpad.commands.server.names import ResourceName


@click.command(name="remove", help="Forget a server and its credentials. Databases and buckets on it stay.")
@click.argument("resource", type=ResourceName(), metavar="RESOURCE")
@click.argument("name")
@click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions.")
@cluster_options
@click.pass_context
def remove_command(
    context: click.Context, resource: str, name: str, yes: bool, kube_context: str | None, no_cluster: bool
) -> None:
    from tutor_launchpad.adapters.servers import find_server
    from tutor_launchpad.commands.server.session import open_ownership, open_servers, refuse_used
    from tutor_launchpad.core.errors import Refused

    check_context(kube_context, no_cluster)
    root = root_of(context)
    servers = open_servers(root, kube_context, no_cluster, yes, asker(), changes=True)
    server = find_server(servers, resource, name)
    ownership = open_ownership(servers, root)
    refuse_used(ownership, server)
    ask = asker()
    if not yes and not (ask is not None and ask(f"Forget server {server} and its credentials?")):
        raise Refused([f"Server {server} stays registered: confirm its removal with --yes."])
    servers.remove(server)
    ownership.release_claims(server.resource, server.name)
    click.echo(f"Server {server} is forgotten; databases and buckets on it stay.")
