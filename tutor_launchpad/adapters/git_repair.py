"""One writer of ours at a time in a local repository, and nothing in the next one's way where one was killed.

Git makes a lock file for each file that it replaces. A Git that is killed leaves it, and every later one refuses to go on.
Nobody can see whose a lock file is; so we remember that we are at work, and remove what appeared since.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tutor_launchpad.adapters.locks import wait_for_lock
from tutor_launchpad.adapters.processes import ProcessFailed
from tutor_launchpad.core.errors import LaunchpadError, TimedOut

LOCK = "launchpad.lock"
WAIT = 300.0
WORKED_AT_MOST = 600.0
"""Seconds. A lock file that appeared later than this after a killed run had begun is somebody else's."""
SHOWED_AT_MOST = 30.0
"""The same for the lock of the index, which people's commits take too, after our Git had begun to write the index."""
SHOWING = b"at work on the index\n"
LEFTOVERS = (
    "*.lock",
    "refs/**/*.lock",
    "worktrees/*/*.lock",
    "objects/pack/tmp_*",
    "objects/??/tmp_obj_*",
    "fast_import_crash_*",
)


def is_complete(git_dir: Path) -> bool:
    """Whether Git takes it for a repository; `git init` makes `objects` last."""
    return (git_dir / "HEAD").is_file() and (git_dir / "refs").is_dir() and (git_dir / "objects").is_dir()


@contextmanager
def alone(git_dir: Path) -> Iterator[tuple[int, bool]]:
    """Nobody else of ours writes meanwhile. Gives the lock, for children to keep, and whether the last one was killed.

    Raises `TimedOut` where another one does not come to its end.
    """
    try:
        git_dir.mkdir(parents=True, exist_ok=True)
        handle = os.open(git_dir / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise LaunchpadError(f"Cannot write to the repository's folder {git_dir}: {error.strerror}.") from error
    try:
        if not wait_for_lock(handle, WAIT):
            raise TimedOut(f"Another run still writes to {git_dir} after {WAIT:.0f} s: look what it does, and end it.")
        state = os.fstat(handle)
        abandoned = state.st_size > 0
        if abandoned:
            remove_leftovers(git_dir, state.st_mtime, os.pread(handle, len(SHOWING), 0) == SHOWING)
        _mark(handle, b"at work\n")
        try:
            yield handle, abandoned
        except LaunchpadError as error:
            if not _by_force(error):
                os.ftruncate(handle, 0)
            raise
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def begin_showing(held: Iterable[int]) -> None:
    """Say in our lock that our Git takes the index's lock from now on; a run that does not come so far leaves none."""
    for handle in held:
        _mark(handle, SHOWING)


def _mark(handle: int, text: bytes) -> None:
    """What the next run shall know of this one, where it is killed."""
    try:
        os.pwrite(handle, text, 0)
        os.utime(handle)
    except OSError as error:
        raise LaunchpadError(f"Cannot write to the repository's lock {LOCK}: {error.strerror}.") from error


def remove_leftovers(git_dir: Path, begun: float, showing: bool) -> None:
    """Remove what a run that began then, and was killed, has left half made; `showing`: while it wrote the index."""
    for pattern in LEFTOVERS:
        for path in git_dir.glob(pattern):
            index = path.name == "index.lock"
            if path.name == LOCK or (index and not showing):
                continue
            with suppress(FileNotFoundError):
                if begun - 1 <= path.stat().st_mtime <= begun + (SHOWED_AT_MOST if index else WORKED_AT_MOST):
                    path.unlink()


def _by_force(error: BaseException | None) -> bool:
    """Whether a program was killed, by us or by others, so that it could not clean up."""
    return error is not None and (
        isinstance(error, TimedOut)
        or (isinstance(error, ProcessFailed) and error.status < 0)
        or _by_force(error.__cause__)
    )
