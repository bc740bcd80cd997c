"""`tutor launchpad cluster plan`: what an apply would change in the cloud."""

from __future__ import annotations

from pathlib import Path

import click

from tutor_launchpad.commands.cluster.infrastructure_options import infrastructure_options
from tutor_launchpad.commands.options import output_option


@click.command(
    name="plan",
    help="Show what OpenTofu or Terraform would change in the cloud of the cluster repository in the folder PATH.",
)
@infrastructure_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Keep the plan in this new file, for `apply --plan`. It holds secrets.",
)
@click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions.")
@output_option
def plan_command(path: Path, tool: str, out: Path | None, yes: bool, output: str) -> None:
    from tutor_launchpad.commands.cluster.infrastructure import show_plan

    show_plan(path, tool, out, yes, output)
