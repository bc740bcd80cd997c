"""Programs that end well, badly, never, or cannot be started."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tutor_launchpad.adapters.processes import ProcessFailed, run
from tutor_launchpad.core.errors import LaunchpadError, NotFound, TimedOut


def test_output_input_folder_and_environment(tmp_path: Path) -> None:
    script = 'cat; printf "%s %s" "$PWD" "$MOON"; echo noise >&2'

    out = run(["sh", "-c", script], cwd=tmp_path, env={"MOON": "full"}, stdin=b"in ")

    assert out == f"in {tmp_path} full".encode()


def test_input_is_empty_rather_than_the_terminal() -> None:
    assert run(["cat"]) == b""


def test_input_that_nobody_reads_is_no_error() -> None:
    assert run(["true"], stdin=b"x" * 10**6) == b""


def test_failure_tells_status_and_last_line() -> None:
    with pytest.raises(ProcessFailed) as caught:
        run(["sh", "-c", "echo first >&2; echo last >&2; exit 3", "hidden"])

    assert (caught.value.status, caught.value.stderr) == (3, "first\nlast")
    assert str(caught.value).endswith("failed with status 3: last")
    assert "hidden" not in str(caught.value)


def test_silent_failure_and_bytes_that_are_no_text() -> None:
    with pytest.raises(ProcessFailed, match="it said nothing"):
        run(["false"])
    with pytest.raises(ProcessFailed, match="\ufffd"):
        run(["sh", "-c", r"printf '\377' >&2; exit 1"])


@pytest.mark.parametrize(
    ("program", "kind", "text"),
    [
        ("launchpad-no-such-program", NotFound, "is not installed or not on the PATH"),
        ("no-rights", LaunchpadError, "cannot be started: Permission denied"),
        ("no-program", LaunchpadError, "cannot be started: Exec format error"),
    ],
)
def test_what_cannot_be_started(tmp_path: Path, program: str, kind: type[LaunchpadError], text: str) -> None:
    (tmp_path / "no-rights").touch(mode=0o600)
    (tmp_path / "no-program").touch(mode=0o700)
    path = tmp_path / program

    with pytest.raises(kind, match=text):
        run([str(path) if path.exists() else program])


def test_missing_folder_is_not_taken_for_a_missing_program(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"The folder .*gone does not exist"):
        run(["true"], cwd=tmp_path / "gone")


def test_program_that_does_not_end_is_killed_and_its_children_are_not_waited_for() -> None:
    started = time.monotonic()

    with pytest.raises(TimedOut, match="did not end within 0 seconds"):
        run(["sh", "-c", "sleep 20 & wait"], timeout=0.3)

    assert time.monotonic() - started < 10


def test_program_that_does_not_end_is_asked_to_clean_up_first(tmp_path: Path) -> None:
    with pytest.raises(TimedOut):
        run(["sh", "-c", 'trap "touch cleaned; exit 1" TERM; while :; do sleep 0.05; done'], cwd=tmp_path, timeout=0.3)

    assert (tmp_path / "cleaned").exists()


def test_program_that_does_not_listen_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutor_launchpad.adapters.processes.GRACE", 0.1)

    with pytest.raises(TimedOut):
        run(["sh", "-c", 'trap "" TERM; while :; do sleep 0.05; done'], timeout=0.2)
