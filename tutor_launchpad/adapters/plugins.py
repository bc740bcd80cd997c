"""The installed distributions and local files that the enabled plugins come from."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Collection, Iterator
from importlib import metadata
from pathlib import Path

import click
from tutor.plugins.base import PLUGINS_ROOT as PLUGINS_ROOT

from tutor_launchpad.core.errors import LaunchpadError, Refused
from tutor_launchpad.core.instance import is_text

GROUPS = ("tutor.plugin.v1", "tutor.plugin.v0")


@contextlib.contextmanager
def plugins_code(what: str) -> Iterator[None]:
    """Around code of plugins, which may raise anything; `what` names it. Its text may quote a secret: only its place is told."""
    try:
        yield
    except (LaunchpadError, click.ClickException, click.Abort):
        raise
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        raise LaunchpadError(
            f"A plugin failed in {what} ({type(error).__name__} in {frame.filename} line {frame.lineno}): mend it, or disable "
            "it and try again."
        ) from error


def pinned_requirements(enabled: list[str]) -> list[str]:
    """`name==version` of Tutor and of each enabled plugin's distribution."""
    found = {"tutor": metadata.version("tutor")}
    for group in GROUPS:
        for entry in metadata.entry_points(group=group):
            if entry.name in enabled and entry.dist is not None:
                found[entry.dist.name] = entry.dist.version
    return [f"{name}=={version}" for name, version in sorted(found.items())]


def plugin_files(enabled: list[str]) -> dict[str, bytes]:
    """Path → content of the enabled plugins that are files below the plugins' root rather than distributions.

    Hidden files stay out: they are an editor's or Git's own. Raises `Refused` for files that are no text, in which
    nobody could look for secrets.
    """
    root = Path(PLUGINS_ROOT)
    found = [path for name in enabled for path in _files_of(root, name)]
    files = {str(path.relative_to(root)): path.read_bytes() for path in found}
    binary = [name for name, data in files.items() if not is_text(data)]
    if binary:
        raise Refused(
            [f"Plugin file {root / name} is no text, so it cannot be recorded: move it out." for name in sorted(binary)]
        )
    return files


def present_files(enabled: list[str], wanted: Collection[str]) -> dict[str, bytes]:
    """Path → content of what is below the plugins' root of the enabled plugins, and of the wanted paths that are taken.

    What a killed run left of a wanted file is not there: the next run writes over it.
    """
    root = Path(PLUGINS_ROOT)
    taken = {
        path: (root / path).read_bytes() if (root / path).is_file() else b""
        for path in wanted
        if (root / path).exists()
    }
    found = {**taken, **plugin_files(enabled)}
    begun = {f"{path}.new" for path in wanted if path not in found}
    return {path: data for path, data in found.items() if path not in begun}


def _files_of(root: Path, name: str) -> Iterator[Path]:
    for path in (root / f"{name}.py", root / f"{name}.yml"):
        if path.is_file():
            yield path
    if (root / name / "__init__.py").is_file():
        for path in (root / name).rglob("*"):
            parts = path.relative_to(root).parts
            if path.is_file() and "__pycache__" not in parts and not any(part.startswith(".") for part in parts):
                yield path
