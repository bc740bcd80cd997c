"""`tutor launchpad people remove`: a user of Open edX who shall have no access any more."""

from __future__ import annotations

import click

from tutor_launchpad.commands.people.options import call_of, people_options


@click.command(name="remove", help="End a user's access, and on demand delete the account.")
@click.argument("username")
@click.option("--email", default="", help="E-mail address, to be sure that it is the right one.")
@click.option("--delete", is_flag=True, help="Delete the account too, with enrolments, grades and certificates.")
@people_options
@click.pass_context
def remove_command(context: click.Context, /, **given: object) -> None:
    from tutor_launchpad.commands.people.session import remove, request_of

    remove(call_of(context, given), request_of("remove", given))
