"""The files of a cluster repository as plugins have changed them, which may be wrong in any way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from tutor_launchpad.core.cluster.answers import FILE
from tutor_launchpad.core.errors import refuse

TAKEN = (".git", ".launchpad", "instances")
"""Folders of Git, of updates and of deploys."""


def checked_files(files: Mapping[Any, Any], rendered: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files where all can be written and none is another's; else one sentence for each that cannot."""
    problems = []
    for path, content in files.items():
        if problem := _problem(path, content, rendered):
            problems.append(f"A plugin gives, with the hook CLUSTER_FILES, the file {path!r}, {problem}.")
    if FILE not in files:
        problems.append(
            f"A plugin takes {FILE} away, with the hook CLUSTER_FILES: it holds the answers, and has to stay."
        )
    refuse(problems)
    return dict(files)


def _problem(path: object, content: object, rendered: Mapping[str, bytes]) -> str:
    if not isinstance(path, str) or not isinstance(content, bytes):
        return "which is to be a path and its content in bytes"
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or str(PurePosixPath(path)) != path or "\0" in path:
        return "which is no plain path below the repository"
    if parts[0] in TAKEN and path not in rendered:
        return f"but what is below {parts[0]} is not the template's"
    if path == FILE and content != rendered[FILE]:
        return "but the answers are changed on the command line, not by plugins"
    return ""
