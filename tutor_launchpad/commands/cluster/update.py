"""`tutor launchpad cluster update`: the installed template, merged into a cluster repository."""

from __future__ import annotations

from pathlib import Path

import click

from tutor_launchpad.commands.cluster.options import answer_options
from tutor_launchpad.commands.options import output_option


@click.command(
    name="update",
    help="Bring the template of this Launchpad, and the answers given, into the cluster repository in the folder PATH.",
)
@click.argument("path", type=click.Path(path_type=Path), default=".")
@answer_options
@click.option("--commit/--no-commit", default=True, help="Commit what goes in without a clash.  [default: commit]")
@output_option
def update_command(path: Path, commit: bool, output: str, **given: object) -> None:
    from tutor_launchpad.commands.cluster.making import update

    update(path, given, commit, output)
