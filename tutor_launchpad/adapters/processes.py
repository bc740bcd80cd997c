"""The one place that starts other programs."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tutor_launchpad.core.errors import LaunchpadError, NotFound, TimedOut

GRACE = 5.0
"""Seconds between asking a program to end and killing it."""
INTERVAL = 0.2
"""Seconds between two looks at a program that is followed."""


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
            env=_environment(env, without),
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


def _environment(env: Mapping[str, str] | None, without: Collection[str]) -> dict[str, str]:
    return {**{name: value for name, value in os.environ.items() if name not in without}, **(env or {})}


@dataclass(frozen=True)
class Followed:
    """How a program ended that was followed. `interrupted`: it was asked to end before its end."""

    status: int
    stderr: str
    interrupted: bool


def follow(
    command: Sequence[str],
    *,
    hear: Callable[[str], None],
    say: Callable[[str], None],
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    without: Collection[str] = (),
    timeout: float,
) -> Followed:
    """Run a program that must come to its own end, and give each line of its standard output to `hear` as it comes.

    Ctrl-C reaches it once, as SIGINT, and it is waited for; the second one reaches it too, and then it is killed. It has
    a session of its own and writes to files, so that it also ends well where we are killed or the terminal is closed.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        try:
            process = subprocess.Popen(list(command), cwd=cwd, env=_environment(env, without), stdout=out, stderr=err,
                                       stdin=subprocess.DEVNULL, start_new_session=True)  # fmt: skip
        except OSError as error:
            raise _not_started(command[0], cwd, error) from error
        asked = _attend(process, _Lines(out, hear), say, time.monotonic() + timeout)
        err.seek(0)
        return Followed(process.returncode, err.read().decode(errors="replace").strip(), asked > 0)


def _attend(process: subprocess.Popen[bytes], lines: _Lines, say: Callable[[str], None], end: float) -> int:
    """Wait for the program's end; returns how often it was asked to end."""
    asked = 0
    while True:
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(INTERVAL)
            ended = process.returncode is not None
            lines.take(whole=ended)
            if ended:
                return asked
            if time.monotonic() > end and not asked:
                raise KeyboardInterrupt
        except KeyboardInterrupt:
            asked += 1
            process.send_signal(signal.SIGINT)
            if asked == 1:
                say("asked it to stop: it finishes what it has begun and records it; Ctrl-C again ends it without that")
            else:
                _kill_after(process, GRACE)


def _kill_after(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    finally:
        process.kill()


class _Lines:
    """The lines of a file that somebody else writes."""

    def __init__(self, file: IO[bytes], hear: Callable[[str], None]) -> None:
        self._file, self._hear, self._at, self._rest = file.fileno(), hear, 0, b""

    def take(self, whole: bool) -> None:
        """Hand on the lines that are there; with `whole` also a last one that has no end."""
        while data := os.pread(self._file, 1 << 16, self._at):
            self._at += len(data)
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                self._hear(line.decode(errors="replace"))
        if whole and self._rest:
            self._hear(self._rest.decode(errors="replace"))
            self._rest = b""


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
