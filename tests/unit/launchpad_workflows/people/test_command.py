"""The very command of the pod, run by a shell in the small Open edX."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from launchpad_workflows.people.in_lms import MARK
from launchpad_workflows.people.model import PeopleRequest
from launchpad_workflows.people.template import command

from tests.unit.launchpad_workflows.people.conftest import PROJECT

Run = Callable[..., "subprocess.CompletedProcess[str]"]
CREATE = PeopleRequest(action="create", username="ann", email="ann@x.org", password="given")
PASSWORD = "h1dden-passw0rd"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command in the project, whose database is a file."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {
        **os.environ,
        "PATH": path,
        "OPEN_EDX_DATABASE": str(tmp_path / "db"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }

    def start(words: list[str], stdin: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            words, cwd=PROJECT, env={**environment, **more}, input=stdin, capture_output=True, text=True, check=False
        )

    assert start(["./manage.py", "lms", "migrate", "--run-syncdb"]).returncode == 0
    return start


def told(text: str) -> Any:
    """The outcome behind the mark."""
    return json.loads(text.rpartition(MARK)[2])


def test_request_and_password_come_by_standard_input(run: Run) -> None:
    both = json.dumps({"request": CREATE.model_dump(), "password": PASSWORD})

    made, again = run(command(), both), run(command(), both)

    assert (made.returncode, told(made.stdout)["status"], told(again.stdout)["status"]) == (0, "created", "unchanged")
    assert PASSWORD not in made.stdout + made.stderr


def test_run_that_fails_ends_with_status_1_and_tells_in_its_file(run: Run, tmp_path: Path) -> None:
    outcome = tmp_path / "outcome.json"
    given = {"LAUNCHPAD_REQUEST": CREATE.to_json(), "LAUNCHPAD_OUTCOME": str(outcome)}
    listing = {**given, "LAUNCHPAD_REQUEST": PeopleRequest(action="list").to_json()}

    good = run(command(), **listing)
    found = json.loads(outcome.read_text())
    (tmp_path / "db").write_bytes(b"")
    failed = run(command(), **given)

    assert (good.returncode, found["status"]) == (0, "listed")
    assert failed.returncode == 1
    assert json.loads(outcome.read_text())["details"] == ["Open edX failed: OperationalError: no such table: auth_user"]
    assert "Traceback" not in failed.stderr
