"""`tutor launchpad verify`: is what the instance has usable, and its own alone?"""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import call_of, operation_options


@click.command(name="verify", help="Log in to this instance's databases and buckets as it does, and try a neighbour's.")
@operation_options
@click.pass_context
def verify_command(context: click.Context, /, **given: object) -> None:
    from tutor_launchpad.commands.operating import verify

    verify(call_of(context, given))
