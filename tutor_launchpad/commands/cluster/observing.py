"""Prints what `cluster status` and `cluster doctor` have seen."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tutor_launchpad.commands.cluster.reaching import kubeconfig_of, reach
from tutor_launchpad.core.cluster.diagnosis import Verdict, describe_diagnosis, make_diagnosis
from tutor_launchpad.core.cluster.overview import describe_status
from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.results import render_json
from tutor_launchpad.steps.cluster.doctor import diagnose, not_reached
from tutor_launchpad.steps.cluster.repository import read_files
from tutor_launchpad.steps.cluster.status import look_at_cluster


def show_status(path: Path, context: str | None, output: str, strict: bool) -> None:
    """Print the status; with `strict`, exit status 1 where it is not healthy."""
    files = read_files(path.absolute())
    with kubeconfig_of(files.path, context):
        status = look_at_cluster(reach(context), files)
    click.echo(render_json(status) if output == "json" else describe_status(status))
    if strict and not status.healthy:
        sys.exit(1)


def show_diagnosis(path: Path, context: str | None, output: str) -> None:
    """Print each check; exit status 1 where one has found a fault. A cluster that is away is one."""
    files = read_files(path.absolute())
    with kubeconfig_of(files.path, context):
        try:
            cluster = reach(context)
        except LaunchpadError as error:
            checked = [not_reached(error)]
        else:
            checked = diagnose(cluster, files)
    diagnosis = make_diagnosis(files.answers.cluster, checked)
    click.echo(render_json(diagnosis) if output == "json" else describe_diagnosis(diagnosis))
    if any(one.verdict is Verdict.WRONG for one in checked):
        sys.exit(1)
