"""`tutor launchpad user create`: accounts with a role, and what lets their owner in."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import output_option
from tutor_launchpad.commands.user.options import MEANING, ROLE, UserName, cluster_choice, days_option, password_option
from tutor_launchpad.core.users.memberships import SYSTEMS


@click.command(name="create", help="Let NAME log in with a role. Password and tokens are shown once and kept nowhere.")
@click.argument("name", type=UserName())
@click.option("--role", type=ROLE, required=True, help=f"{MEANING}.")
@click.option("--system", "systems", multiple=True, type=click.Choice(SYSTEMS), help="Only there.  [default: both]")
@password_option
@click.option("--api-token", is_flag=True, help="Make a token for Argo CD's API as well.")
@days_option
@cluster_choice
@output_option
@click.pass_context
def create_command(context: click.Context, /, name: str, role: str, output: str, **given: object) -> None:
    from tutor_launchpad.commands.user.session import create

    create(context, name, role, output, given)
