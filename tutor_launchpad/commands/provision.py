"""`tutor launchpad provision`: the third step of a deploy alone."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import asker, check_context, cluster_options, output_option, root_of


@click.command(name="provision", help="Make the databases, buckets and users of this instance on its servers.")
@click.option("--resource", "resources", multiple=True, help="Only this resource (mysql, mongodb, storage).")
@click.option("--local", is_flag=True, help="Work in this process, with the servers registered in this Tutor root.")
@click.option("--timeout", type=click.FloatRange(min=1), default=1800, show_default=True, help="Seconds to wait.")
@click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions.")
@cluster_options
@output_option
@click.pass_context
def provision_command(
    context: click.Context,
    resources: tuple[str, ...],
    local: bool,
    timeout: float,
    yes: bool,
    kube_context: str | None,
    no_cluster: bool,
    output: str,
) -> None:
    from tutor_launchpad import hooks
    from tutor_launchpad.commands.provisioning import provision
    from tutor_launchpad.steps.deployment import Options
    from tutor_launchpad.steps.target import Wish

    check_context(kube_context, no_cluster)
    if kube_context and local:
        raise click.UsageError("--context and --local exclude each other.")
    unknown = [name for name in resources if name not in hooks.RESOURCES.apply({})]
    if unknown:
        raise click.UsageError(f"--resource {unknown[0]}: known are {', '.join(sorted(hooks.RESOURCES.apply({})))}.")
    wish = Wish(kube_context, no_cluster or local, yes, asker())
    provision(root_of(context), Options(yes=yes, timeout=timeout), wish, resources, local, output)
