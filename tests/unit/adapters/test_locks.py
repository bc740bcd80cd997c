"""One run at a time on a Tutor root."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tutor_launchpad.adapters.locks import RootLock, wait_for_lock
from tutor_launchpad.core.errors import LaunchpadError, TimedOut

HOLD = """
import sys
from pathlib import Path
from tutor_launchpad.adapters.locks import RootLock, wait_for_lock
RootLock(Path(sys.argv[1])).acquire(print, 60)
print("held", flush=True)
sys.stdin.read()
"""


def test_second_run_waits_and_says_for_whom(tmp_path: Path) -> None:
    said: list[str] = []
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        def say(text: str) -> None:
            said.append(text)
            holder.kill()

        RootLock(tmp_path).acquire(say, 60)

    (text,) = said
    assert text.startswith(f"another run (process {holder.pid} on ")
    assert text.endswith(" UTC) works on this Tutor root: waiting for it")


def test_waiting_ends_and_the_error_names_the_holder(tmp_path: Path) -> None:
    holder = RootLock(tmp_path)
    holder.acquire(print, 60)

    with pytest.raises(TimedOut, match=rf"Another run \(process {os.getpid()} on .*\) still works .* after 1 s"):
        RootLock(tmp_path).acquire(lambda text: None, 1)

    holder.release()
    RootLock(tmp_path).acquire(lambda text: None, 0)


def test_lock_that_is_let_go_in_time_is_taken(tmp_path: Path) -> None:
    holder = RootLock(tmp_path)
    holder.acquire(print, 60)
    second = RootLock(tmp_path)

    second.acquire(lambda text: holder.release(), 60)

    with pytest.raises(TimedOut):
        RootLock(tmp_path).acquire(lambda text: None, 0)


def test_released_lock_is_free(tmp_path: Path) -> None:
    said: list[str] = []
    first = RootLock(tmp_path)
    first.acquire(said.append, 60)
    first.release()

    RootLock(tmp_path).acquire(said.append, 60)

    assert said == []


def test_lock_that_is_no_file_of_ours_is_told(tmp_path: Path, unprivileged: None) -> None:
    (tmp_path / "lock").mkdir()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "lock").touch(0)

    for folder, reason in ((tmp_path, "Is a directory"), (tmp_path / "other", "Permission denied")):
        with pytest.raises(LaunchpadError, match=rf"Cannot write .*lock: {reason}"):
            RootLock(folder).acquire(print)


def test_full_disk_keeps_nobody_from_the_lock(
    tmp_path: Path, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    with full_disk(0):
        RootLock(tmp_path).acquire(print)

        with pytest.raises(TimedOut, match="unknown process"):
            RootLock(tmp_path).acquire(lambda text: None, 0)


def test_file_system_without_locks_is_named() -> None:
    no_file = 10**6

    with pytest.raises(LaunchpadError, match="This file system cannot lock files"):
        wait_for_lock(no_file, 1)
