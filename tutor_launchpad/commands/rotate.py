"""`tutor launchpad rotate`: new passwords, without a moment in which the instance cannot log in."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import call_of, operation_options


@click.command(
    name="rotate",
    help="Change the passwords of this instance's users on its servers: let new ones in, deploy, shut the former ones out.",
)
@click.option(
    "--deployed", is_flag=True, help="With --local: the instance uses the new passwords, shut the former out."
)
@operation_options
@click.pass_context
def rotate_command(context: click.Context, /, deployed: bool, **given: object) -> None:
    from tutor_launchpad.commands.rotating import rotate

    call = call_of(context, given)
    if deployed and not call.local:
        raise click.UsageError("--deployed goes with --local: otherwise the deploy is part of the rotation.")
    rotate(call, deployed=deployed)
