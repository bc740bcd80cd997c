"""One run at a time on a Tutor root, as long as it writes there or to the repository."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

LOCK = "lock"


class RootLock:
    """The kernel frees it when its process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK
        self._handle: int | None = None

    def acquire(self, say: Callable[[str], None]) -> None:
        """Wait for the lock; `say` tells who has it."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown"
            say(f"another run (process {holder}) works on this Tutor root: waiting for it")
            fcntl.flock(handle, fcntl.LOCK_EX)
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._handle = handle

    def release(self) -> None:
        """Let the next one go on; nothing where it was let go already."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
