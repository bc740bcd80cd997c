"""Programs that are followed to their own end."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from tests.unit.programs_that_hang import wait_for
from tutor_launchpad.adapters.processes import Followed, follow
from tutor_launchpad.core.errors import NotFound


def _follow(script: str, cwd: Path, timeout: float = 60) -> tuple[Followed, list[str], list[str]]:
    heard: list[str] = []
    said: list[str] = []
    ended = follow(["sh", "-c", script], hear=heard.append, say=said.append, cwd=cwd, timeout=timeout)
    return ended, heard, said


def _interrupt_when(path: Path) -> None:
    def interrupt() -> None:
        wait_for(path.exists)
        path.unlink()
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()


def test_lines_status_and_what_went_wrong(tmp_path: Path) -> None:
    ended, heard, said = _follow("echo one; printf 'two\\nlast'; echo bad >&2; exit 3", tmp_path)

    assert ended == Followed(3, "bad", interrupted=False)
    assert (heard, said) == (["one", "two", "last"], [])


def test_lines_come_while_it_runs(tmp_path: Path) -> None:
    heard: list[str] = []

    def hear(line: str) -> None:
        heard.append(line)
        (tmp_path / "go").touch()

    ended = follow(["sh", "-c", "echo begun; while [ ! -e go ]; do sleep 0.05; done; echo done"], hear=hear,
                   say=heard.append, cwd=tmp_path, timeout=60)  # fmt: skip

    assert ended.status == 0
    assert heard == ["begun", "done"]


def test_interruption_is_handed_on_and_its_end_awaited(tmp_path: Path) -> None:
    _interrupt_when(tmp_path / "ready")

    ended, heard, said = _follow(
        "trap 'echo stopping; exit 7' INT; touch ready; while :; do sleep 0.05; done", tmp_path
    )

    assert ended == Followed(7, "", interrupted=True)
    assert heard == ["stopping"]
    assert len(said) == 1


def test_second_interruption_kills_what_does_not_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor_launchpad.adapters.processes.GRACE", 0.2)
    _interrupt_when(tmp_path / "ready")
    _interrupt_when(tmp_path / "asked")

    ended, _, _ = _follow("trap 'touch asked' INT; touch ready; while :; do sleep 0.05; done", tmp_path)

    assert ended == Followed(-signal.SIGKILL, "", interrupted=True)


def test_time_that_is_up_asks_it_to_stop(tmp_path: Path) -> None:
    ended, _, said = _follow("trap 'exit 0' INT; while :; do sleep 0.05; done", tmp_path, timeout=0.1)

    assert ended == Followed(0, "", interrupted=True)
    assert len(said) == 1


def test_program_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="is not installed or not on the PATH"):
        follow(["launchpad-no-such-program"], hear=print, say=print, cwd=tmp_path, timeout=1)
