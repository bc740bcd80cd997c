"""The one place that starts other programs."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

from tutor_launchpad.core.errors import LaunchpadError, NotFound, TimedOut

GRACE = 5.0
"""Seconds between asking a program to end and killing it."""


class ProcessFailed(LaunchpadError):
    """A program ended with another status than 0. `stderr` is what it said."""

    def __init__(self, command: Sequence[str], status: int, stderr: str) -> None:
        self.status = status
        self.stderr = stderr.strip()
        super().__init__(f"`{' '.join(command[:3])}` failed with status {status}: {_telling(self.stderr)}")


def _telling(stderr: str) -> str:
    """The first line that a program marks as its error, else its last one."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    marked = [line for line in lines if line.startswith(("fatal:", "error:"))]
    return (marked or lines[-1:] or ["it said nothing"])[0]


def run(
    command: Sequence[str],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    without: Collection[str] = (),
    stdin: bytes | None = None,
    timeout: float = 120.0,
    keep: Collection[int] = (),
) -> bytes:
    """What the program prints on standard output.

    `env` is added to our own environment less `without`, `timeout` is in seconds, and `keep` are open files (locks) that
    the program holds as long as it runs, even where we are killed. Raises `NotFound` where the program is not installed,
    `TimedOut`, and `ProcessFailed`.
    """
    text = " ".join(command[:3])
    try:
        process = subprocess.Popen(
            list(command),
            cwd=cwd,
            env={**{name: value for name, value in os.environ.items() if name not in without}, **(env or {})},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=tuple(keep),
        )
    except OSError as error:
        raise _not_started(command[0], cwd, error) from error
    with _ended(process):
        try:
            out, err = process.communicate(stdin or b"", timeout=timeout)
        except subprocess.TimeoutExpired as error:
            raise TimedOut(f"`{text}` did not end within {timeout:.0f} seconds.") from error
    if process.returncode:
        raise ProcessFailed(command, process.returncode, err.decode(errors="replace"))
    return out


def _not_started(program: str, cwd: Path | None, error: OSError) -> LaunchpadError:
    if cwd is not None and not cwd.is_dir():
        return NotFound(f"The folder {cwd} does not exist, so `{program}` cannot run in it.")
    if isinstance(error, FileNotFoundError):
        return NotFound(f"The program `{program}` is not installed or not on the PATH: install it.")
    return LaunchpadError(f"The program `{program}` cannot be started: {error.strerror}.")


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End what still runs, as after Ctrl-C, and wait for none of its children, who may keep the pipes open."""
    try:
        yield
    finally:
        if process.poll() is None:
            _end(process)
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask first: Git removes its lock files then. Who does not listen, or whom nobody waits for any more, is killed."""
    try:
        process.terminate()
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        pass
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
