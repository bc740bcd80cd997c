"""`tutor launchpad config`: what the instance is configured with."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import check_context, cluster_options, output_option, root_of


@click.command(
    name="config",
    help="Show the settings that this instance gets, rendered, with where each one comes from and «NAME» in place of what "
    "is secret. Without NAME: those that are neither defaults nor generated.",
)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "everything", is_flag=True, help="Show every setting.")
@cluster_options
@output_option
@click.pass_context
def config_command(
    context: click.Context,
    names: tuple[str, ...],
    everything: bool,
    kube_context: str | None,
    no_cluster: bool,
    output: str,
) -> None:
    from tutor_launchpad.commands.session import look_for_cluster
    from tutor_launchpad.commands.terminal import open_display
    from tutor_launchpad.core.results import ConfigResult, render_json
    from tutor_launchpad.core.shown import describe_settings
    from tutor_launchpad.steps.deployment import Options
    from tutor_launchpad.steps.explain import explain
    from tutor_launchpad.steps.opening import read_root
    from tutor_launchpad.steps.target import Wish

    check_context(kube_context, no_cluster)
    if names and everything:
        raise click.UsageError("Names and --all exclude each other.")
    display = open_display()
    deployment, problems = read_root(root_of(context), Options(dry_run=True), display)
    deployment.cluster = look_for_cluster(deployment, Wish(kube_context, no_cluster))
    found, wrong = explain(deployment, problems, names)
    for line in wrong:
        display.say(line)
    shown = found if names else [one for one in found if everything or one.is_chosen]
    result = ConfigResult(
        str(deployment.config["LAUNCHPAD_INSTANCE"]), tuple(shown), 0 if names else len(found) - len(shown)
    )
    click.echo(render_json(result) if output == "json" else describe_settings(shown))
    if result.left_out and output == "text":
        click.echo(f"{result.left_out} more are defaults or generated: --all shows them.", err=True)
