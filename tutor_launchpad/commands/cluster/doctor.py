"""`tutor launchpad cluster doctor`: what is wrong with a cluster, and the remedy."""

from __future__ import annotations

from pathlib import Path

import click

from tutor_launchpad.commands.cluster.options import context_option
from tutor_launchpad.commands.options import output_option


@click.command(
    name="doctor",
    help="Name what is wrong with the cluster of the repository in the folder PATH, and the remedy. Exit status 1 where "
    "something is.",
)
@click.argument("path", type=click.Path(path_type=Path), default=".")
@context_option
@output_option
def doctor_command(path: Path, kube_context: str | None, output: str) -> None:
    from tutor_launchpad.commands.cluster.observing import show_diagnosis

    show_diagnosis(path, kube_context, output)
