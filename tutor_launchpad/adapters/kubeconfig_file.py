"""A kubeconfig of our own: written for one user, read instead of the user's."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tutor_launchpad.adapters.files import write_file
from tutor_launchpad.adapters.kubernetes import contexts
from tutor_launchpad.adapters.processes import run
from tutor_launchpad.core.errors import LaunchpadError, NotFound, Refused
from tutor_launchpad.core.types import Object


def write_kubeconfig(path: Path, content: Object) -> None:
    """Write it for us alone; `Refused` where the path leads to another file, such as the user's own kubeconfig."""
    if path.is_symlink():
        raise Refused([f"{path} is a link, and what it leads to is not this command's to change: remove the link."])
    write_file(path, json.dumps(content, indent=2) + "\n")


def context_of(name: str) -> Object:
    """A context of the user's kubeconfig by itself, with its cluster, its user and their files."""
    known, _ = contexts()
    if name not in known:
        there = f": there are {', '.join(known)}" if known else ", and no other context"
        raise NotFound(f"The kubeconfig has no context {name!r}{there}.")
    words = ["kubectl", "config", "view", "--minify", "--flatten", "--raw", "--output=json", f"--context={name}"]
    content = json.loads(run(words, timeout=60))
    if not isinstance(content, dict):
        raise LaunchpadError(f"kubectl does not show the context {name!r} as a kubeconfig: install it anew.")
    return content


@contextmanager
def only(path: Path) -> Iterator[None]:
    """Within, this kubeconfig alone counts, for us and for the programs that we start."""
    before = os.environ.get("KUBECONFIG")
    os.environ["KUBECONFIG"] = str(path)
    try:
        yield
    finally:
        if before is None:
            del os.environ["KUBECONFIG"]
        else:
            os.environ["KUBECONFIG"] = before
