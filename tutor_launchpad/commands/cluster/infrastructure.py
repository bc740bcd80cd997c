"""What the verbs on the cloud share: the site from the command line, and what is said of plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from tutor_launchpad.commands.options import asker
from tutor_launchpad.commands.terminal import Display, open_display
from tutor_launchpad.core.errors import Interrupted
from tutor_launchpad.core.infrastructure.changes import Planned
from tutor_launchpad.core.infrastructure.describe import counted, describe_planned
from tutor_launchpad.core.results import render_json
from tutor_launchpad.steps.infrastructure import applying
from tutor_launchpad.steps.infrastructure.site import Asking, open_site


def show_plan(path: Path, tool: str | None, out: Path | None, yes: bool, output: str) -> None:
    """Print what an apply would do."""
    display = open_display()
    with interruptible():
        site = open_site(path.absolute(), tool or "", display.say)
        result, planned = applying.plan(site, asking(yes, display), out)
    if output == "json":
        click.echo(render_json(result))
        return
    click.echo(describe_planned(result.cluster, planned) if result.changed else _nothing(result.cluster))
    if out is not None:
        click.echo(f"The plan is in {out}, which only you can read: tutor launchpad cluster apply --plan {out}")


def apply(path: Path, tool: str | None, saved: Path | None, named: Sequence[str], yes: bool, output: str) -> None:
    """Apply a plan and say what was done."""
    display = open_display()

    def show(planned: Planned) -> None:
        click.echo(describe_planned(site.answers.cluster, planned), err=True)

    with interruptible():
        site = open_site(path.absolute(), tool or "", display.say)
        result = applying.apply(site, asking(yes, display), saved, named, show)
    if output == "json":
        click.echo(render_json(result))
    elif not result.changed:
        click.echo(_nothing(result.cluster))
    else:
        click.echo(f"Cluster {result.cluster} is as terraform/ says: {counted(Planned(result.changes))} is done.")
        click.echo("Next: tutor launchpad cluster connect")


def asking(yes: bool, display: Display) -> Asking:
    """How questions are answered."""
    person = asker()
    return Asking(yes, display.asking(person) if person else None)


@contextmanager
def interruptible() -> Iterator[None]:
    """Ctrl-C between two programs is a sentence too."""
    try:
        yield
    except KeyboardInterrupt:
        raise Interrupted("Interrupted before anything was changed in the cloud. Run the same command again.") from None


def _nothing(cluster: str) -> str:
    return f"Cluster {cluster} is as terraform/ says; there is nothing to change."
