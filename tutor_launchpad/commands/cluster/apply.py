"""`tutor launchpad cluster apply`: make or change what is in the cloud."""

from __future__ import annotations

from pathlib import Path

import click

from tutor_launchpad.commands.cluster.infrastructure_options import delete_data_option, infrastructure_options
from tutor_launchpad.commands.options import output_option


@click.command(
    name="apply",
    help="Make or change what is in the cloud of the cluster repository in the folder PATH. The plan is shown first.",
)
@infrastructure_options
@click.option("--plan", "saved", type=click.Path(path_type=Path), help="Apply this plan of `plan --out`, and no other.")
@delete_data_option
@click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions.")
@output_option
def apply_command(
    path: Path, tool: str, saved: Path | None, delete_data: tuple[str, ...], yes: bool, output: str
) -> None:
    from tutor_launchpad.commands.cluster.infrastructure import apply

    apply(path, tool, saved, delete_data, yes, output)
