"""`tutor launchpad status`: what is in Git, what runs, and whether it is healthy."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import Seconds, check_context, cluster_options, output_option, root_of


@click.command(name="status", help="Show what is in Git, what runs, whether it is healthy, and what to do.")
@click.option("--watch", is_flag=True, help="Go on looking; Ctrl-C ends.")
@click.option("--interval", type=Seconds(), default=5, show_default=True, help="Seconds between two looks.")
@click.option(
    "--until", type=click.Choice(["healthy"]), help="Watch until the instance is so; else the exit status is 1."
)
@click.option("--timeout", type=Seconds(), help="Seconds for --until to wait at most.  [default: 1800]")
@click.option("--exit-code", is_flag=True, help="Exit with status 1 where the instance is not healthy.")
@cluster_options
@output_option
@click.pass_context
def status_command(
    context: click.Context,
    watch: bool,
    interval: float,
    until: str | None,
    timeout: float | None,
    exit_code: bool,
    kube_context: str | None,
    no_cluster: bool,
    output: str,
) -> None:
    from tutor_launchpad.commands.looking import look_on, look_once
    from tutor_launchpad.core.status.model import Verdict
    from tutor_launchpad.steps.target import Wish
    from tutor_launchpad.steps.watching import Pace

    check_context(kube_context, no_cluster)
    if timeout is not None and until is None:
        raise click.UsageError("--timeout belongs to --until.")
    if exit_code and (watch or until):
        raise click.UsageError("--exit-code is for one look; a watch has --until.")
    wish = Wish(kube_context, no_cluster)
    if watch or until:
        pace = Pace(interval, Verdict(until) if until else None, timeout or Pace.timeout)
        look_on(root_of(context), wish, pace, output)
    else:
        look_once(root_of(context), wish, output, exit_code)
