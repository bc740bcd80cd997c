"""`tutor launchpad user list`: who may log in, and which teams of the single sign-on."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import output_option


@click.command(name="list", help="Show who may log in with which role, and the teams of the single sign-on.")
@click.option("--context", "kube_context", help="Kubernetes context to use, instead of kubeconfig's current one.")
@output_option
@click.pass_context
def list_command(context: click.Context, kube_context: str | None, output: str) -> None:
    from tutor_launchpad.commands.user.session import show

    show(context, kube_context, output)
