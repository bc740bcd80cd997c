"""Runs a checkout and prints what became of the root."""

from __future__ import annotations

import re
from pathlib import Path

import click

from tutor_launchpad.adapters.files import make_own_folder
from tutor_launchpad.adapters.locks import RootLock
from tutor_launchpad.adapters.repositories import is_remote
from tutor_launchpad.commands.terminal import open_display
from tutor_launchpad.core.errors import Interrupted
from tutor_launchpad.core.private import MACHINE
from tutor_launchpad.core.results import CheckoutResult, render_json
from tutor_launchpad.core.types import Config
from tutor_launchpad.steps.checkout import Order, check_out


def machine_settings(repository: str | None, branch: str | None, credentials_file: str | None) -> Config:
    """The settings of what the options name, with paths that hold from any folder."""
    if repository and "://" not in repository and not is_remote(repository):
        repository = str(Path(repository).expanduser().absolute())
    file = str(Path(credentials_file).expanduser().absolute()) if credentials_file else None
    given = zip(MACHINE, (repository, file, branch), strict=True)
    return {name: re.sub("^file://", "", value) for name, value in given if value}


def run_checkout(order: Order, output: str) -> None:
    """One checkout, while no other run works on the root."""
    display = open_display()
    lock = RootLock(make_own_folder(order.root))
    lock.acquire(display.say)
    try:
        result = check_out(order, display)
    except KeyboardInterrupt:
        raise Interrupted(
            f"Interrupted: config.yml of {order.root} is what it was before, or complete. Check out again to finish."
        ) from None
    finally:
        lock.release()
    click.echo(render_json(result) if output == "json" else _text(result))


def _text(result: CheckoutResult) -> str:
    place = f"instance {result.instance}, as recorded at {result.revision[:10]} in {result.repository}"
    lines = [f"{result.root} is {place}." if result.changed else f"{result.root} is {place} already."]
    lines.append(f"Secret settings: from {result.secrets}." if result.secrets else "Secret settings: none taken.")
    if result.kept:
        lines.append(f"The former config.yml is kept as {result.kept}.")
    return "\n".join([*lines, "Next:", *(f"  - {item}" for item in result.next)])
