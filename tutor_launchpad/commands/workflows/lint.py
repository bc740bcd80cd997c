"""`tutor launchpad workflows lint`: Argo's own linter on what `render` prints."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import root_of


@click.command(name="lint", help="Let Argo's own linter (the program argo) look at the templates; needs no cluster.")
@click.pass_context
def lint_command(context: click.Context) -> None:
    from tutor_launchpad.adapters.argo import lint
    from tutor_launchpad.commands.workflows.session import params_of, read

    click.echo(lint(params_of(read(root_of(context)))))
