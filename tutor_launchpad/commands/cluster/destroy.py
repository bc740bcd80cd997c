"""`tutor launchpad cluster destroy`: take down what is in the cloud."""

from __future__ import annotations

from pathlib import Path

import click

from tutor_launchpad.commands.cluster.infrastructure_options import delete_data_option, infrastructure_options
from tutor_launchpad.commands.options import output_option


@click.command(
    name="destroy",
    help="Take down the cluster of the repository in the folder PATH, once it has no instances. Data that is not named stays, "
    "with the network that it is in.",
)
@infrastructure_options
@delete_data_option
@click.option("--no-cluster", is_flag=True, help="Leave Kubernetes out, where it cannot be reached any more.")
@click.option("--name", help="The cluster's name, NAME-ENVIRONMENT, as nobody will be asked for it; with --yes.")
@click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions; with --name.")
@output_option
def destroy_command(path: Path, tool: str | None, output: str, **given: object) -> None:
    from tutor_launchpad.commands.cluster.infrastructure import destroy

    destroy(path, tool, given, output)
