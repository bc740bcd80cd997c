"""`tutor launchpad workflows register`: bring the cluster's templates up to date. Runs under way keep theirs."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import asker, root_of


@click.command(name="register", help="Put the templates into the cluster, or bring them up to date.")
@click.option("--context", "kube_context", help="Kubernetes context to use, instead of kubeconfig's current one.")
@click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions.")
@click.pass_context
def register_command(context: click.Context, kube_context: str | None, yes: bool) -> None:
    from launchpad_workflows.register import register

    from tutor_launchpad.commands.workflows.session import open_cluster, params_of, read
    from tutor_launchpad.core.worker_image import unpinned
    from tutor_launchpad.steps.target import Wish

    settings = read(root_of(context))
    params = params_of(settings)
    cluster = open_cluster(root_of(context), settings, Wish(kube_context, False, yes, asker()), changes=True)
    click.echo("\n".join(register(cluster, params)) or "Everything is as it should be.")
    if why := unpinned(params.image):
        click.echo(why, err=True)
