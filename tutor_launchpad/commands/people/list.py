"""`tutor launchpad people list`: who has rights on the whole site."""

from __future__ import annotations

import click

from tutor_launchpad.commands.people.options import call_of, people_options


@click.command(name="list", help="Show who is staff or superuser.")
@people_options
@click.pass_context
def list_command(context: click.Context, /, **given: object) -> None:
    from tutor_launchpad.commands.people.session import request_of, show

    show(call_of(context, given), request_of("list", given))
