"""The distributions that the running interpreter has, and pip to install others."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterable
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from tutor_launchpad.adapters import processes
from tutor_launchpad.adapters.processes import ProcessFailed
from tutor_launchpad.core.errors import LaunchpadError

TIMEOUT = 1800.0


def installed_versions(names: Iterable[str]) -> dict[str, str]:
    """Distribution → version, of those that are there."""
    importlib.invalidate_caches()
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def install_command(file: Path) -> list[str]:
    """What installs a file of requirements into the running interpreter."""
    return [sys.executable, "-m", "pip", "install", "--requirement", str(file)]


def pip_is_missing() -> bool:
    """Whether the running interpreter has no pip."""
    return find_spec("pip") is None


def install(file: Path) -> None:
    """Run `install_command`; raises with the line of pip that tells most."""
    command = [*install_command(file), "--disable-pip-version-check", "--no-input", "--quiet"]
    try:
        processes.run(command, timeout=TIMEOUT)
    except ProcessFailed as error:
        lines = [line.strip() for line in error.stderr.splitlines() if line.strip()]
        said = ([line for line in lines if line.startswith("ERROR:")] or lines or ["it said nothing"])[-1]
        raise LaunchpadError(
            f"pip could not install the pinned plugins ({said.removeprefix('ERROR: ').rstrip('.')}): see to it with "
            f"`{' '.join(install_command(file))}`, then check out again."
        ) from error
