"""`tutor launchpad inspect`: what there is for this instance on its servers."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import call_of, operation_options


@click.command(name="inspect", help="Show what this instance has on its servers and what has drifted; changes nothing.")
@click.option(
    "--orphans",
    is_flag=True,
    help="Show also what no instance of the repository owns: names on these servers, and recorded names.",
)
@operation_options
@click.pass_context
def inspect_command(context: click.Context, /, orphans: bool, **given: object) -> None:
    from tutor_launchpad.commands.inspecting import inspect

    inspect(call_of(context, given, dry=True), with_orphans=orphans)
