"""Runs `cluster install`, and says what was done, what waits, and what is left to a person."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from tutor_launchpad.adapters.config_file import read_user
from tutor_launchpad.adapters.manifests import Manifests
from tutor_launchpad.adapters.repositories import read_credentials
from tutor_launchpad.commands.cluster.reaching import Confirm, confirm_current, kubeconfig_of, reach
from tutor_launchpad.commands.terminal import open_display
from tutor_launchpad.core.errors import Interrupted, LaunchpadError, NotFound, Refused
from tutor_launchpad.core.interruption import tell_interruption
from tutor_launchpad.core.results import InstallResult, render_failure, render_json
from tutor_launchpad.core.settings import Place
from tutor_launchpad.steps.cluster.installation import Installation, Order
from tutor_launchpad.steps.cluster.repository import ClusterFiles, read_files
from tutor_launchpad.steps.cluster.run import install_result, run_install
from tutor_launchpad.steps.infrastructure.site import refuse_newer


def install(root: Path, given: Mapping[str, Any], context: str | None, confirm: Confirm | None, output: str) -> None:
    """Install, and print the result, also where it fails or is interrupted."""
    display = open_display()
    path = given["path"].absolute()
    refuse_newer(path)
    files = read_files(path)
    order, manifests = _order(files, root, given), _manifests(given["manifests"])
    with kubeconfig_of(path, context) as own:
        if not own and context is None:
            confirm_current(files.answers.cluster, display.asking(confirm) if confirm else None)
        installation = Installation(reach(context, display.say), files, manifests, order, display.say)
        with _told(installation, output):
            result = run_install(installation, display.step)
    click.echo(render_json(result) if output == "json" else _text(result))


def _order(files: ClusterFiles, root: Path, given: Mapping[str, Any]) -> Order:
    components = frozenset(given["components"])
    absent = sorted(name for name in components if files.answers.components.get(name) is False)
    if absent:
        raise Refused([
            f"This repository does not install {absent[0]}: `tutor launchpad cluster update --with {absent[0]}` changes that."
        ])  # fmt: skip
    file = given["credentials_file"]
    place = Place(files.answers.repository, files.answers.branch, str(file.absolute()) if file else "")
    image = given["worker_image"] or str((read_user(root) or {}).get("LAUNCHPAD_WORKER_IMAGE") or "")
    return Order(components, image, read_credentials(place), bool(given["force"]), float(given["timeout"]))


def _manifests(folder: Path | None) -> Manifests:
    if folder is not None and not folder.is_dir():
        raise NotFound(f"--manifests {folder} is no folder: name the one with the manifests.")
    return Manifests(folder)


@contextmanager
def _told(installation: Installation, output: str) -> Iterator[None]:
    """Ctrl-C becomes `Interrupted`; programs get what has been done until then."""
    try:
        yield
    except (LaunchpadError, KeyboardInterrupt) as stopped:
        error = stopped if isinstance(stopped, LaunchpadError) else Interrupted(tell_interruption(installation.results))
        if output == "json":
            click.echo(render_failure(error, install_result(installation)))
            error.printed = True
        raise error from (None if error is not stopped else stopped.__cause__)


def _text(result: InstallResult) -> str:
    lines = [f"Cluster {result.cluster} is installed{'' if result.changed else '; nothing was changed'}."]
    if result.waiting:
        lines += ["Waiting:", *(f"  - {text}" for text in result.waiting)]
        lines.append("See how it goes on with: tutor launchpad cluster status")
    if result.next:
        lines += ["Next:", *(f"  - {text}" for text in result.next)]
    return "\n".join(lines)
