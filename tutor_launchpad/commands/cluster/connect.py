"""`tutor launchpad cluster connect`: a kubeconfig of the repository's own."""

from __future__ import annotations

from pathlib import Path

import click

from tutor_launchpad.commands.options import output_option


@click.command(
    name="connect",
    help="Write the file kubeconfig in the cluster repository in the folder PATH, with credentials that expire, and try it. "
    "Your own kubeconfig is left alone.",
)
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option(
    "--context",
    "kube_context",
    help="Context of your own kubeconfig to take, with the provider existing; else not needed.",
)
@output_option
def connect_command(path: Path, kube_context: str | None, output: str) -> None:
    from tutor_launchpad.commands.cluster.infrastructure import connect

    connect(path, kube_context, output)
