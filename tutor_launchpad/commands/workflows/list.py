"""`tutor launchpad workflows list`: what the cluster has of the templates, and the runs that are under way."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import asker, output_option, root_of


@click.command(name="list", help="Show which templates the cluster has, whether they are up to date, and what runs.")
@click.option("--context", "kube_context", help="Kubernetes context to use, instead of kubeconfig's current one.")
@output_option
@click.pass_context
def list_command(context: click.Context, kube_context: str | None, output: str) -> None:
    from launchpad_workflows.register import survey

    from tutor_launchpad.commands.workflows.session import open_cluster, params_of, read
    from tutor_launchpad.core.results import render_json_list
    from tutor_launchpad.steps.target import Wish

    settings = read(root_of(context))
    params = params_of(settings)
    cluster = open_cluster(root_of(context), settings, Wish(kube_context, False, False, asker()), changes=False)
    found = survey(cluster, params)
    if output == "json":
        click.echo(render_json_list(found))
        return
    for one in found:
        click.echo(f"{one.name:28} {one.state:10} {len(one.running)} running {' '.join(one.running)}".rstrip())
