"""Runs a command in the deployed LMS, through the kubectl that every user of Tutor on Kubernetes has."""

from __future__ import annotations

from collections.abc import Sequence

from tutor_launchpad.adapters import processes
from tutor_launchpad.core.errors import LaunchpadError

START = "20s"
"""How long kubectl waits for a pod that runs."""


def run_in_lms(
    context: str, namespace: str, container: str, command: Sequence[str], stdin: bytes, timeout: float
) -> str:
    """What the command prints. `stdin` is what it reads, and the way for all that is secret."""
    place = ["kubectl", *(["--context", context] if context else []), "--namespace", namespace]
    words = ["exec", "-i", f"--pod-running-timeout={START}", "deployment/lms", "--container", container, "--"]
    try:
        out = processes.run([*place, *words, *command], stdin=stdin, timeout=timeout)
    except processes.ProcessFailed as error:
        said = error.stderr.splitlines()[-1] if error.stderr else "it said nothing"
        raise LaunchpadError(
            f"Nothing is known to have happened in the LMS of namespace {namespace}: kubectl exec ended with status "
            f"{error.status}: {said.removeprefix('error: ')}"
        ) from error
    return out.decode(errors="replace")
