"""`tutor launchpad cluster status`: what runs of what a cluster's repository describes."""

from __future__ import annotations

from pathlib import Path

import click

from tutor_launchpad.commands.cluster.options import context_option
from tutor_launchpad.commands.options import output_option


@click.command(
    name="status", help="Show versions and health of what the cluster repository in the folder PATH describes."
)
@click.argument("path", type=click.Path(path_type=Path), default=".")
@click.option("--exit-code", is_flag=True, help="Exit with status 1 where something is not healthy.")
@context_option
@output_option
def status_command(path: Path, exit_code: bool, kube_context: str | None, output: str) -> None:
    from tutor_launchpad.commands.cluster.observing import show_status

    show_status(path, kube_context, output, exit_code)
