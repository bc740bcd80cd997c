"""Ctrl-C, a kill and a second operator while the real program applies: the state is written, the lock is told or released."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.unit.programs_that_hang import wait_for
from tests.unit.small_infrastructure import (
    BACKEND,
    BUCKET,
    NODE,
    SLOW,
    client,
    launchpad_cluster,
    make_repository,
    played_aws,
    real_tool,
)
from tutor_launchpad.core.errors import Conflict

PROGRAM = """import sys
from tutor.exceptions import TutorError
from tutor_launchpad.commands import launchpad
try:
    launchpad(sys.argv[1:])
except TutorError as error:
    sys.exit(f"Error: {error}")
"""


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A repository whose apply hangs at its second object until the file `wait` is gone."""
    real_tool()
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with played_aws(monkeypatch):
        path = make_repository(tmp_path / "moon", BACKEND, NODE, SLOW)
        (path / "terraform" / "wait").touch()
        yield path


@contextmanager
def _applying(path: Path) -> Iterator[subprocess.Popen[str]]:
    """An apply that hangs."""
    words = [sys.executable, "-c", PROGRAM, "cluster", "apply", str(path), "--yes"]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        wait_for(lambda: (path / "terraform" / "begun").exists() or process.poll() is not None)
        yield process
    finally:
        (path / "terraform" / "wait").unlink(missing_ok=True)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _locked() -> bool:
    found = client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return any(one["Key"].endswith(".tflock") for one in found)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_interruption_is_handed_on_once_and_waited_for(path: Path, number: int) -> None:
    with _applying(path) as process:
        os.killpg(process.pid, number)
        _, told = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "asked it to stop: it finishes what it has begun" in told
    assert "Interrupted while Terraform" in told or "Interrupted while OpenTofu" in told
    assert "It had done 1 things, which are recorded." in told
    assert not _locked()
    again = launchpad_cluster("apply", path, "--yes")
    assert again.exit_code == 0, again.output
    assert "made terraform_data.node" not in again.stderr


def test_second_operator_is_told_who_holds_the_lock(path: Path) -> None:
    with _applying(path):
        result = launchpad_cluster("plan", path)

    assert isinstance(result.exception, Conflict)
    assert str(result.exception).count("\n") == 0
    assert " holds the lock of the state with an apply since 20" in str(result.exception)
    assert "-chdir=terraform force-unlock " in str(result.exception)


def test_kill_leaves_the_program_to_its_own_end(path: Path) -> None:
    with _applying(path) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert _locked()

    wait_for(lambda: not _locked())
    again = launchpad_cluster("plan", path)
    assert "is as terraform/ says; there is nothing to change." in again.stdout
