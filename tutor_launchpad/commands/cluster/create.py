"""`tutor launchpad cluster create`: a complete cluster repository in a new folder."""

from __future__ import annotations

from pathlib import Path

import click

from tutor_launchpad.commands.cluster.options import answer_options, fixed_options
from tutor_launchpad.commands.options import output_option


@click.command(
    name="create",
    help="Make the repository of a new cluster in the folder PATH. On a terminal, what is missing is asked for.",
)
@click.argument("path", type=click.Path(path_type=Path))
@fixed_options
@answer_options
@click.option("--commit/--no-commit", default=True, help="Commit what was made.  [default: commit]")
@output_option
def create_command(path: Path, commit: bool, output: str, **given: object) -> None:
    from tutor_launchpad.commands.cluster.making import create

    create(path, given, commit, output)
