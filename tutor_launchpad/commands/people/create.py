"""`tutor launchpad people create`: a user of Open edX with rights on the site."""

from __future__ import annotations

import click

from tutor_launchpad.commands.people.options import call_of, people_options


@click.command(name="create", help="Make a user, or give one that is there another password or other rights.")
@click.argument("username")
@click.option("--email", required=True, help="E-mail address; that of a user who is there must be the same.")
@click.option("--name", default="", help="Full name.")
@click.option(
    "--staff/--no-staff", default=None, help="Whether the user may see and change all courses, in Studio too."
)
@click.option(
    "--superuser/--no-superuser", default=None, help="Whether the user may do everything; staff too, unless --no-staff."
)
@click.option(
    "--password-file",
    type=click.File(encoding="utf-8"),
    help="File with the password; - for stdin. Without it a new user gets one that is shown once.",
)
@people_options
@click.pass_context
def create_command(context: click.Context, /, **given: object) -> None:
    from tutor_launchpad.commands.people.session import choose_password, create, request_of

    call = call_of(context, given)
    password, source = choose_password(given["password_file"], call.output)
    create(call, request_of("create", given, password=source), password)
