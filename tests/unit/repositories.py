"""Folders of instances in a local cluster repository."""

from __future__ import annotations

import json
import subprocess

from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.core.instance import ABOUT, INSTANCES


def record(repository: Repository, name: str, id: str, **about: object) -> str:
    """Commit a folder with nothing but what it says of itself."""
    files = {ABOUT: json.dumps({"id": id, **about}).encode()}
    commit, _ = repository.record(INSTANCES / name, files, f"Record {name}\n", lambda parent: None)
    return commit


def remove(repository: Repository, name: str, *paths: str) -> str:
    """Remove an instance's folder, or files of it, as somebody does with Git; returns the commit."""
    places = [str(INSTANCES / name / path) for path in paths] or [str(INSTANCES / name)]
    git(repository, "rm", "-r", "--quiet", *places)
    git(repository, "commit", "--quiet", "--message", f"Remove {name}")
    return git(repository, "rev-parse", "HEAD")


def git(repository: Repository, *words: str) -> str:
    """Work in the repository by hand."""
    who = "-c", "user.name=Ann", "-c", "user.email=ann@example.org"
    done = subprocess.run(["git", *who, *words], cwd=repository.path, check=True, capture_output=True, text=True)
    return done.stdout.strip()
