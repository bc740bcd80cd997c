"""The one place that starts other programs."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tutor_launchpad.core.errors import LaunchpadError, NotFound, TimedOut


class ProcessFailed(LaunchpadError):
    """A program ended with another status than 0. `stderr` is what it said."""

    def __init__(self, command: Sequence[str], status: int, stderr: str) -> None:
        self.status = status
        self.stderr = stderr.strip()
        last = self.stderr.splitlines()[-1] if self.stderr else "it said nothing"
        super().__init__(f"`{' '.join(command[:3])}` failed with status {status}: {last}")


def run(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: bytes | None = None,
    timeout: float = 120.0,
) -> bytes:
    """What the program prints on standard output.

    `env` is added to our own environment, `timeout` is in seconds. Raises `NotFound` where the program is not
    installed, `TimedOut`, and `ProcessFailed`.
    """
    try:
        result = subprocess.run(
            list(command),
            cwd=cwd,
            env={**os.environ, **(env or {})},
            input=b"" if stdin is None else stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as error:
        raise NotFound(f"The program `{command[0]}` is not installed or not on the PATH: install it.") from error
    except subprocess.TimeoutExpired as error:
        raise TimedOut(f"`{' '.join(command[:3])}` did not end within {timeout:.0f} seconds.") from error
    if result.returncode:
        raise ProcessFailed(command, result.returncode, result.stderr.decode(errors="replace"))
    return result.stdout
