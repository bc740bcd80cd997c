"""Runs `status`, once or again and again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tutor_launchpad.commands.session import open_deployment
from tutor_launchpad.commands.terminal import open_display
from tutor_launchpad.commands.watching import JsonView, open_view
from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.results import render_json
from tutor_launchpad.core.status.model import Verdict, Why
from tutor_launchpad.core.status.text import describe
from tutor_launchpad.steps.clock import REAL
from tutor_launchpad.steps.deployment import Options
from tutor_launchpad.steps.observe import Observer, observe
from tutor_launchpad.steps.target import Wish
from tutor_launchpad.steps.watching import Pace, watch


def look_once(root: Path, wish: Wish, output: str, strict: bool) -> None:
    """Print the status. Exit status 1 where something did not answer; with `strict` also where it is not healthy."""
    status = observe(open_deployment(root, Options(dry_run=True), wish, open_display()))
    click.echo(render_json(status) if output == "json" else describe(status))
    unanswered = any(one.why is Why.UNREACHABLE for one in status.unseen.values())
    if unanswered or (strict and status.verdict is not Verdict.HEALTHY):
        sys.exit(1)


def look_on(root: Path, wish: Wish, pace: Pace, output: str) -> None:
    """Watch. Ctrl-C is the usual end, with exit status 0; where a verdict is awaited, it has not come: 1."""
    try:
        deployment = open_deployment(root, Options(dry_run=True), wish, open_display())
        if deployment.cluster is not None:
            deployment.cluster = deployment.cluster.hasty
        with open_view(output, pace.interval) as view:
            watch(Observer(deployment).look, view, pace, REAL)
    except LaunchpadError as error:
        if output == "json":
            JsonView().fail(error)
        raise
    except KeyboardInterrupt:
        sys.exit(0 if pace.until is None else 1)
