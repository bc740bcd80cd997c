"""Launchpad's own folder below the Tutor root, and how to write there so that no interruption leaves half a file."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tutor_launchpad.core.errors import LaunchpadError

OWN = Path("launchpad")
SCRATCH = "scratch"
_LOCK = ".lock"


def make_own_folder(root: Path) -> Path:
    """Launchpad's folder below the Tutor root, which a repository that holds the root must not take along."""
    folder = root / OWN
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        ignore = folder / ".gitignore"
        if not ignore.exists() or not ignore.stat().st_size:
            ignore.write_text("*\n")
    except OSError as error:
        raise LaunchpadError(f"Cannot write to {folder}: {error.strerror}.") from error
    return folder


def replace_file(path: Path, text: str, *, keep_rights: bool = False) -> None:
    """Give the file a new content: at any time the old one or the new one is there, whole.

    The caller keeps others from doing the same at the same time. A link stays a link. The file is its owner's alone, or
    with `keep_rights` whose it was and as it was. Raises `OSError`.
    """
    target = path.resolve()
    fresh = target.with_name(f"{target.name}.new")
    try:
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            if keep_rights and target.exists():
                _keep_rights(target.stat(), handle)
            os.fsync(handle)
        os.replace(fresh, target)
    finally:
        fresh.unlink(missing_ok=True)


def write_file(path: Path, text: str) -> None:
    """Like `replace_file`, in a folder that need not exist; raises `LaunchpadError`."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, text)
    except OSError as error:
        raise LaunchpadError(f"Cannot write {path}: {error.strerror}.") from error


def _keep_rights(before: os.stat_result, handle: int) -> None:
    os.fchmod(handle, before.st_mode & 0o7777)
    with suppress(PermissionError):
        os.fchown(handle, before.st_uid, before.st_gid)


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A new folder for what is secret or half made; it is gone at the end, and after a kill the next caller removes it.

    Where nothing can be written, as in a root that is mounted read-only, it is one of the system's.
    """
    try:
        path, lock = _make_locked(folder / SCRATCH)
    except OSError:
        with _system_scratch() as other:
            yield other
            return
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


@contextmanager
def _system_scratch() -> Iterator[Path]:
    try:
        folder = tempfile.TemporaryDirectory(prefix="launchpad-")
    except OSError as error:
        raise LaunchpadError(
            f"Neither the Tutor root nor the system has a folder to render into ({error.strerror}): set TMPDIR to one that "
            "can be written."
        ) from error
    with folder as path:
        yield Path(path)


def _make_locked(place: Path) -> tuple[Path, int]:
    """A folder and the lock that tells others that it is in use. One that they took for abandoned is made again."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_abandoned(place)
    while True:
        path = Path(tempfile.mkdtemp(dir=place))
        with suppress(FileNotFoundError):
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if (path / _LOCK).exists():
                return path, lock
            os.close(lock)


def _remove_abandoned(place: Path) -> None:
    for path in place.iterdir():
        with suppress(OSError):
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
            finally:
                os.close(lock)
