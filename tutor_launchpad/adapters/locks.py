"""One run at a time on a Tutor root, as long as it writes there or to the repository."""

from __future__ import annotations

import fcntl
import os
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path

from tutor_launchpad.core.errors import LaunchpadError, TimedOut

LOCK = "lock"
INTERVAL = 0.2
WAIT = 1800.0


def wait_for_lock(
    handle: int,
    timeout: float,
    now: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> bool:
    """Lock an open file for this process alone. False where somebody else still has it after `timeout` seconds."""
    end = now() + timeout
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if now() >= end:
                return False
        except OSError as error:
            raise LaunchpadError(
                f"This file system cannot lock files ({error.strerror}): keep the Tutor root, and a local repository, on "
                "one that can."
            ) from error
        sleep(INTERVAL)


class RootLock:
    """The kernel frees it when its process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK
        self._handle: int | None = None

    def acquire(self, say: Callable[[str], None], timeout: float = WAIT) -> None:
        """Wait for the lock; `say` tells who has it. Raises `TimedOut` with the holder after `timeout` seconds."""
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise LaunchpadError(f"Cannot write {self._path}: {error.strerror}. It must be a file of yours.") from error
        try:
            if not wait_for_lock(handle, 0):
                say(f"another run ({_holder(handle)}) works on this Tutor root: waiting for it")
                if not wait_for_lock(handle, timeout):
                    raise TimedOut(
                        f"Another run ({_holder(handle)}) still works on this Tutor root after {timeout:.0f} s: wait "
                        "until it has ended, or end it; the next deploy finishes what it has begun."
                    )
        except BaseException:
            os.close(handle)
            raise
        os.ftruncate(handle, 0)
        who = (
            f"process {os.getpid()} on {socket.gethostname()} since {datetime.now(timezone.utc):%Y-%m-%d %H:%M:%S} UTC"
        )
        with suppress(OSError):  # a full disk: the lock holds all the same
            os.pwrite(handle, who.encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Let the next one go on; nothing where it was let go already."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None


def _holder(handle: int) -> str:
    return os.pread(handle, 200, 0).decode(errors="replace").strip() or "unknown process"
