"""Cluster repositories of a small template, with people who edit them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import yaml

from tests.unit.cluster_repositories import BASIC
from tutor_launchpad.adapters.cluster_folder import ClusterFolder
from tutor_launchpad.core.cluster.answers import Answers, complete
from tutor_launchpad.core.results import ClusterResult
from tutor_launchpad.steps.cluster_repository import create_repository, update_repository

GIVEN = {**BASIC, "provider": "existing"}
LINES = "".join(f"line {number}\n" for number in range(9))
OLD = {"values.yml": LINES, "gone.yml": "old\n", "same.yml": "same\n", "a b/ü.yml": "x\n"}
NEW = {
    "values.yml": LINES.replace("line 7", "line seven"),
    "same.yml": "same\n",
    "a b/ü.yml": "x\n",
    "new.yml": "new\n",
}


def template(files: dict[str, str]) -> Callable[[Answers], dict[str, bytes]]:
    """A small template, which keeps the answers as the real one does."""

    def render(answers: Answers) -> dict[str, bytes]:
        kept = {name: getattr(answers, name) for name in (*GIVEN, "id", "email") if getattr(answers, name)}
        kept |= {"launchpad": "1.0.0", "components": dict(answers.components)}
        return {"cluster.yml": yaml.safe_dump(kept).encode(), **{name: text.encode() for name, text in files.items()}}

    return render


def git(path: Path, *arguments: str) -> str:
    """Output of a git command."""
    identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    ran = subprocess.run(["git", *identity, *arguments], cwd=path, check=True, capture_output=True, text=True)
    return ran.stdout.strip()


def create(path: Path, commit: bool = True, files: dict[str, str] = OLD, **given: str) -> ClusterResult:
    """Make a repository."""
    return create_repository(ClusterFolder.at(path), complete({**GIVEN, **given}), template(files), commit)


def update(path: Path, files: dict[str, str] = NEW, commit: bool = True, version: str = "1.0.0",
            **given: object) -> ClusterResult:  # fmt: skip
    """Update one."""
    return update_repository(ClusterFolder.at(path), given, version, template(files), commit)


def edit(path: Path, name: str, text: str | None) -> None:
    """Change or remove a file, in a commit."""
    if text is None:
        (path / name).unlink()
    else:
        (path / name).write_text(text)
    git(path, "add", "--all")
    git(path, "commit", "--quiet", "--message", f"Edit {name}")
