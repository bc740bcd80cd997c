"""`tutor launchpad workflows render`: all objects as YAML, for Git or for reading; needs no cluster."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import root_of


@click.command(name="render", help="Print the templates and the accounts of their pods as YAML; needs no cluster.")
@click.pass_context
def render_command(context: click.Context) -> None:
    import yaml
    from launchpad_workflows.register import plan_registration

    from tutor_launchpad.commands.workflows.session import params_of, read

    objects = plan_registration(params_of(read(root_of(context))))
    click.echo(yaml.safe_dump_all(objects, sort_keys=False), nl=False)
