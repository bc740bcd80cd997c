"""`tutor launchpad user update`: another role, password or token, or none of it any more."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import output_option
from tutor_launchpad.commands.user.options import ROLE, UserName, cluster_choice, days_option, password_option
from tutor_launchpad.core.users.memberships import SYSTEMS


@click.command(
    name="update",
    help="Change the user NAME wherever they are. Without options, bring their rights up to date with this Launchpad.",
)
@click.argument("name", type=UserName())
@click.option("--role", type=ROLE, help="Another role.")
@click.option("--disable/--enable", default=None, help="Lock the user out, or let them in again.")
@click.option("--reset-password", is_flag=True, help="Make a new password for Argo CD; sessions end.")
@password_option
@click.option("--revoke", is_flag=True, help="End all sessions and tokens; the password stays.")
@click.option("--token", "tokens", multiple=True, type=click.Choice(SYSTEMS), help="Make a new token there.")
@days_option
@cluster_choice
@output_option
@click.pass_context
def update_command(context: click.Context, /, name: str, output: str, **given: object) -> None:
    from tutor_launchpad.commands.user.session import update

    update(context, name, output, given)
