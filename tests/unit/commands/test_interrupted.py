"""Ctrl-C and SIGTERM as a person and a system send them, to a real `tutor launchpad deploy`."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.conftest import Root
from tests.unit.programs_that_hang import hang, wait_for
from tests.unit.scripted_server import kubeconfig
from tutor_launchpad.adapters.locks import RootLock

TUTOR = str(Path(sys.executable).with_name("tutor"))


@contextmanager
def _running(
    root: Root, *arguments: str, stdin: int = subprocess.DEVNULL, stderr: int = subprocess.PIPE, **environment: str
) -> Iterator[subprocess.Popen[str]]:
    """A deploy, which the test must end."""
    process = subprocess.Popen(
        [TUTOR, "launchpad", "deploy", *arguments],
        env={**root.environment, **environment},
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _interrupt(process: subprocess.Popen[str]) -> str:
    """What it printed. Python misses a signal that comes after a prompt and before the read: one presses Ctrl-C again."""
    for _ in range(6):
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            return process.communicate(timeout=10)[0]
    raise AssertionError("it does not end")


@pytest.mark.parametrize(
    ("number", "program", "word", "step", "done"),
    [
        (signal.SIGINT, "kubectl", "kustomize", "check", "nothing was deployed"),
        (signal.SIGTERM, "git", "update-ref", "record", "done until then: check"),
    ],
)
def test_signal_ends_children_and_tells_what_was_done(
    root: Root, tmp_path: Path, number: signal.Signals, program: str, word: str, step: str, done: str
) -> None:
    folder, pid = hang(tmp_path / "bin", program, word)

    with _running(root, "--output", "json", PATH=f"{folder}:{root.environment['PATH']}") as process:
        wait_for(pid.exists)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=60)

    assert process.returncode == 1
    assert f"Error: Interrupted in step {step}; {done}." in stderr
    assert "Run the same command again to go on" in stderr
    assert "Traceback" not in stderr
    assert json.loads(stdout)["steps"][-1]["status"] == "interrupted"
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


def test_signal_while_it_waits_for_another_run(root: Root) -> None:
    (root.path / "launchpad").mkdir()
    lock = RootLock(root.path / "launchpad")
    lock.acquire(print)

    with _running(root, "--output", "json") as process:
        assert process.stderr is not None
        wait_for(lambda: "waiting for it" in process.stderr.readline())  # type: ignore[union-attr]
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)

    lock.release()
    assert process.returncode == 1
    assert "Interrupted before the first step; nothing was deployed." in stderr
    assert json.loads(stdout)["steps"] == []


def test_signal_at_a_question(root: Root, tmp_path: Path) -> None:
    root.set(LAUNCHPAD_REPOSITORY="http://127.0.0.1:9/repo.git")
    config = str(kubeconfig(tmp_path / "config", "http://127.0.0.1:9", "moon"))
    terminal, inside = pty.openpty()
    seen = b""

    with _running(root, "--output", "json", stdin=inside, stderr=inside, KUBECONFIG=config) as process:
        while b"context 'moon'?" not in seen:
            seen += os.read(terminal, 1000)
        stdout = _interrupt(process)
    os.close(inside)
    while b"does the rest" not in seen:
        seen += os.read(terminal, 1000)

    assert process.returncode == 1
    assert b"Interrupted before the first step; nothing was deployed." in seen
    assert json.loads(stdout)["instance"] == "openedx"
    os.close(terminal)


def test_waiting_for_another_run_ends_with_the_time_that_was_given(root: Root) -> None:
    (root.path / "launchpad").mkdir()
    lock = RootLock(root.path / "launchpad")
    lock.acquire(print)

    ran = root.launchpad("deploy", "--timeout", "1")

    lock.release()
    assert ran.status == 1
    assert f"Another run (process {os.getpid()} on " in ran.stderr
    assert "still works on this Tutor root after 1 s" in ran.stderr
