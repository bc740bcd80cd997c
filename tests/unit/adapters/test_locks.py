"""One run at a time on a Tutor root."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tutor_launchpad.adapters.locks import RootLock

HOLD = """
import sys
from pathlib import Path
from tutor_launchpad.adapters.locks import RootLock
RootLock(Path(sys.argv[1])).acquire(print)
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

        RootLock(tmp_path).acquire(say)

    assert said == [f"another run (process {holder.pid}) works on this Tutor root: waiting for it"]


def test_released_lock_is_free(tmp_path: Path) -> None:
    said: list[str] = []
    first = RootLock(tmp_path)
    first.acquire(said.append)
    first.release()

    RootLock(tmp_path).acquire(said.append)

    assert said == []
