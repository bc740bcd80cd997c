"""`tutor launchpad user delete`: end somebody's accounts."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import output_option
from tutor_launchpad.commands.user.options import UserName, cluster_choice


@click.command(name="delete", help="End the accounts of the user NAME, with all sessions and tokens.")
@click.argument("name", type=UserName())
@cluster_choice
@output_option
@click.pass_context
def delete_command(context: click.Context, /, name: str, output: str, **given: object) -> None:
    from tutor_launchpad.commands.user.session import delete

    delete(context, name, output, given)
