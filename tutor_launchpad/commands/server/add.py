"""`tutor launchpad server add`: register a server with its administrator's credentials."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import asker, check_context, cluster_options, root_of
from tutor_launchpad.commands.server.names import ResourceName


@click.command(name="add", help="Register a server under a NAME, or change what is registered under it.")
@click.argument("resource", type=ResourceName(), metavar="RESOURCE")
@click.argument("name")
@click.option("--host", help="Host name or address, as pods reach it (mysql, mongodb).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port, where it is not the usual one (mysql, mongodb).")
@click.option("--endpoint", help="Address, http:// or https:// (storage).")
@click.option(
    "--provider",
    help="How resources are made: direct or digitalocean (mysql, mongodb), atlas (mongodb), minio, s3, spaces or compatible "
    "(storage); existing: not at all.",
)
@click.option("--region", help="Region (storage).")
@click.option("--addressing", type=click.Choice(["auto", "path", "virtual"]), help="Bucket in path or host (storage).")
@click.option("--auth-source", help="Database that keeps the users (mongodb).")
@click.option("--replica-set", help="Name of the replica set (mongodb).")
@click.option("--option", "more", multiple=True, metavar="KEY=VALUE", help="What only this provider knows.")
@click.option("--no-retry-writes", is_flag=True, help="The server knows no retryable writes, as DocumentDB (mongodb).")
@click.option("--tls", is_flag=True, help="Connect with TLS (mongodb).")
@click.option("--user", "username", help="The administrator; the access key for storage. None for provider existing.")
@click.option("--password-file", type=click.File(encoding="utf-8"), help="File with the password; - for stdin.")
@click.option(
    "--token-file",
    type=click.File(encoding="utf-8"),
    help="File with a token for the cloud's API (digitalocean, spaces); - for stdin.",
)
@click.option(
    "--ca-file",
    type=click.File(encoding="utf-8"),
    help="Authority that signed the server's certificate (mongodb, storage).",
)
@click.option("--cidr", "cidrs", multiple=True, help="Network of the server, for the instances' network policies.")
@click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions.")
@cluster_options
@click.pass_context
def add_command(
    context: click.Context, /, kube_context: str | None, no_cluster: bool, yes: bool, **given: object
) -> None:
    from tutor_launchpad.commands.server.describing import describe_server
    from tutor_launchpad.commands.server.session import open_servers, refuse_move

    check_context(kube_context, no_cluster)
    server, credentials = describe_server(given)
    root, ask = root_of(context), asker()
    servers = open_servers(root, kube_context, no_cluster, yes, ask, changes=True)
    refuse_move(servers, root, server, lambda question: yes or (ask is not None and ask(question)))
    servers.add(server, credentials)
    click.echo(
        f"Server {server} is registered. Try it with: tutor launchpad server check {server.resource} {server.name}"
    )
    if not server.cidrs:
        click.echo(f"Instances may reach port {server.port} anywhere; narrow that with --cidr.", err=True)
