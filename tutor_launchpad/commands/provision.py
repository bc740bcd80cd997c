"""`tutor launchpad provision`: the third step of a deploy alone."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import call_of, operation_options


@click.command(name="provision", help="Make the databases, buckets and users of this instance on its servers.")
@operation_options
@click.pass_context
def provision_command(context: click.Context, /, **given: object) -> None:
    from tutor_launchpad.commands.provisioning import provision

    provision(call_of(context, given))
