"""Plans are gone after each run, also after one that was killed."""

from __future__ import annotations

import os
import stat
import subprocess
from contextlib import suppress
from pathlib import Path

from tutor_launchpad.adapters.plan_folder import START, plan_folder


def test_folder_is_ours_alone_and_goes_also_with_an_error(tmp_path: Path) -> None:
    with suppress(RuntimeError), plan_folder(tmp_path) as folder:
        (folder / "plan").write_text("hunter2")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        raise RuntimeError

    assert list((tmp_path / ".terraform").iterdir()) == []


def test_plan_of_a_killed_run_goes_and_that_of_a_running_one_stays(tmp_path: Path) -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    left, running = (tmp_path / ".terraform" / f"{START}{number}" for number in (gone.pid, os.getppid()))
    for folder in (left, running):
        folder.mkdir(parents=True)
        (folder / "plan").write_text("hunter2")

    with plan_folder(tmp_path):
        assert not left.exists()
        assert running.exists()
