"""`tutor launchpad workflows remove`: take the templates and the accounts of their pods out of the cluster."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import asker, root_of


@click.command(name="remove", help="Take the templates out of the cluster. Servers, records and passwords stay.")
@click.option("--context", "kube_context", help="Kubernetes context to use, instead of kubeconfig's current one.")
@click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions.")
@click.pass_context
def remove_command(context: click.Context, kube_context: str | None, yes: bool) -> None:
    from launchpad_workflows.register import survey, unregister

    from tutor_launchpad.commands.workflows.session import open_cluster, params_of, read
    from tutor_launchpad.core.errors import Refused
    from tutor_launchpad.steps.target import Wish

    settings, ask = read(root_of(context)), asker()
    params = params_of(settings)
    cluster = open_cluster(root_of(context), settings, Wish(kube_context, False, yes, ask), changes=True)
    running = [name for one in survey(cluster, params) for name in one.running]
    if running:
        raise Refused(
            [f"{', '.join(running)} still run in namespace {settings.namespace}: wait until they have ended."]
        )
    if not yes and not (ask is not None and ask(f"Remove the templates from namespace {settings.namespace}?")):
        raise Refused(["Nothing was removed: confirm it with --yes."])
    click.echo("\n".join(unregister(cluster, params)) or "There was nothing to remove.")
