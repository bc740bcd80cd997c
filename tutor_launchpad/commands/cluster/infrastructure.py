"""What the verbs on the cloud share: the site from the command line, and what is said of plans."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from tutor_launchpad.adapters.kubernetes import contexts
from tutor_launchpad.commands.options import asker
from tutor_launchpad.commands.terminal import Display, open_display
from tutor_launchpad.core.errors import Interrupted
from tutor_launchpad.core.infrastructure.changes import Planned
from tutor_launchpad.core.infrastructure.describe import counted, describe_planned
from tutor_launchpad.core.infrastructure.farewell import describe_destroyed, describe_parting
from tutor_launchpad.core.results import render_json
from tutor_launchpad.steps.infrastructure import applying, connecting, destroying
from tutor_launchpad.steps.infrastructure.destroying import Parting, Wishes
from tutor_launchpad.steps.infrastructure.site import Asking, open_site, read_cluster


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


def connect(path: Path, context: str | None, output: str) -> None:
    """Write the kubeconfig and say how it is used."""
    answers = read_cluster(path.absolute())
    known, current = contexts()
    if answers.provider != "existing" and context:
        raise click.UsageError("--context is for the provider existing: a cloud's cluster is found by its name.")
    if answers.provider == "existing" and not context:
        there = f"there are {', '.join(known)}" + (f"; {current} is the current one" if current else "")
        raise click.UsageError(
            f"Name the context of this cluster with --context: {there if known else 'there is none'}."
        )
    with interruptible():
        result = connecting.connect(path.absolute(), context or "", open_display().say)
    if output == "json":
        click.echo(render_json(result))
        return
    nodes = "" if result.nodes is None else f", {result.nodes} nodes"
    click.echo(f"Cluster {result.cluster} answers at {result.server}: Kubernetes {result.version}{nodes}.")
    if result.until:
        click.echo(f"These credentials end at {result.until}; then run this again.")
    click.echo(f"Use it with: export KUBECONFIG={result.kubeconfig}")


def destroy(path: Path, tool: str | None, given: Mapping[str, Any], output: str) -> None:
    """Show what would go, ask for the cluster's name, take it down, and say what is left."""
    display = open_display()

    def show(parting: Parting) -> None:
        text = describe_parting(site.answers.cluster, parting.inside, parting.division, parting.plan.planned)
        click.echo(text, err=True)

    with interruptible():
        site = open_site(path.absolute(), tool or "", display.say)
        confirm = _confirmation(site.answers.cluster, given["name"], bool(given["yes"]))
        wishes = Wishes(given["delete_data"], bool(given["no_cluster"]), show, confirm)
        result = destroying.destroy(site, wishes)
    click.echo(render_json(result) if output == "json" else describe_destroyed(result))


def _confirmation(cluster: str, name: str | None, yes: bool) -> Callable[[], bool]:
    """Asks for the cluster's name; wrong usage where nobody can be asked and it was not given, or is another."""
    if name is not None and name != cluster:
        raise click.UsageError(f"--name {name} is another cluster: this repository is of {cluster}.")
    if yes and name is None:
        raise click.UsageError(f"--yes needs the cluster's name too: --name {cluster}.")
    if yes:
        return lambda: True
    if asker() is None:
        raise click.UsageError(f"Nobody is there to be asked: confirm with --yes --name {cluster}.")
    return lambda: _typed(f"Type {cluster} to destroy it") == cluster


def _typed(question: str) -> str:
    try:
        return str(click.prompt(question, default="", show_default=False, err=True)).strip()
    except click.Abort:  # which click makes of Ctrl-C and of the input's end
        raise KeyboardInterrupt from None


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
        raise Interrupted(
            "Interrupted between two steps. Run the same command again: it looks at what is there."
        ) from None


def _nothing(cluster: str) -> str:
    return f"Cluster {cluster} is as terraform/ says; there is nothing to change."
