"""`tutor launchpad deploy`: the whole job, again and again."""

from __future__ import annotations

import click

from tutor_launchpad.commands.options import Seconds, asker, check_context, cluster_options, output_option, root_of


@click.command(name="deploy", help="Make this instance run as it is configured. May be run again at any time.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("-y", "--yes", is_flag=True, help="Answer yes to all questions.")
@click.option("--wait/--no-wait", default=True, help="Wait until the instance is Synced and Healthy.  [default: wait]")
@click.option("--timeout", type=Seconds(), default=1800, show_default=True, help="Seconds to wait at most.")
@cluster_options
@output_option
@click.pass_context
def deploy_command(
    context: click.Context,
    dry_run: bool,
    yes: bool,
    wait: bool,
    timeout: float,
    kube_context: str | None,
    no_cluster: bool,
    output: str,
) -> None:
    from tutor_launchpad.commands.running import deploy, show_plan
    from tutor_launchpad.steps.deployment import Options
    from tutor_launchpad.steps.target import Wish

    check_context(kube_context, no_cluster)
    options = Options(dry_run=dry_run, yes=yes, wait=wait, timeout=timeout)
    wish = Wish(kube_context, no_cluster, yes, asker())
    run = show_plan if dry_run else deploy
    run(root_of(context), options, wish, output)
