"""`tutor launchpad deprovision`: end what this instance has on its servers."""

from __future__ import annotations

from functools import partial

import click

from tutor_launchpad.commands.options import HOURS, call_of, operation_options


@click.command(
    name="deprovision",
    help="End this instance's access to its databases and buckets; with --delete-data, delete them too.",
)
@click.option("--delete-data", is_flag=True, help="Delete databases and buckets with all that is in them.")
@click.option(
    "--dump-to",
    default="",
    metavar="SERVER/BUCKET[/PREFIX]",
    help="Copy the data there before it is deleted: to a bucket of a registered storage server.",
)
@partial(operation_options, timeout=HOURS)
@click.pass_context
def deprovision_command(context: click.Context, /, delete_data: bool, dump_to: str, **given: object) -> None:
    from tutor_launchpad.commands.operating import deprovision
    from tutor_launchpad.steps.removal import Removal

    call = call_of(context, given)
    if dump_to and not delete_data:
        raise click.UsageError("--dump-to goes with --delete-data: without it the data stays where it is.")
    if dump_to and "/" not in dump_to.strip("/"):
        raise click.UsageError(f"--dump-to {dump_to}: name a registered storage server and a bucket, SERVER/BUCKET.")
    deprovision(call, Removal(call.only, delete_data, dump_to))
