from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from launchpad_workflows.errors import Refused, Unavailable
from launchpad_workflows.worker.main import main

from tests.unit.launchpad_workflows.fake_server import FakeServer
from tests.unit.launchpad_workflows.fakes import fake_request


@pytest.fixture
def credentials(tmp_path: Path, server: FakeServer) -> Path:
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "FAKE_PASSWORD").write_text("canary\n")
    return tmp_path


def run(credentials: Path, operation: str = "provision", request: str = "") -> int:
    options = ["--resource", "fake", "--credentials", str(credentials), "--outcome", str(credentials / "outcome.json")]
    return main([operation, "--request", request or fake_request().to_json(), *options])


def test_done_run_writes_its_outcome(credentials: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status = run(credentials)

    assert status == 0
    assert json.loads((credentials / "outcome.json").read_text())["status"] == "created"
    assert capsys.readouterr().out == "fake/main: created thing thing\nfake/main: created\n"


@pytest.mark.parametrize(("error", "status"), [(Refused, 1), (Unavailable, 75)])
def test_status_tells_whether_a_retry_makes_sense(
    credentials: Path, server: FakeServer, error: type[Exception], status: int
) -> None:
    def fail(_call: str) -> None:
        raise error("no luck")

    server.before = fail

    assert run(credentials) == status
    assert json.loads((credentials / "outcome.json").read_text())["details"] == ["no luck"]


def test_worker_that_is_stopped_from_outside_may_pass(credentials: Path, server: FakeServer) -> None:
    before = signal.getsignal(signal.SIGTERM)
    server.before = lambda _call: os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(SystemExit) as stopped:
        run(credentials)

    assert (stopped.value.code, server.things) == (75, {})
    assert signal.getsignal(signal.SIGTERM) is before


def test_request_may_come_from_a_file(credentials: Path) -> None:
    (credentials / "request.json").write_text(fake_request().to_json())

    assert run(credentials, "verify", f"@{credentials / 'request.json'}") == 0


@pytest.mark.parametrize("request_", ["{", '{"instance": "alpha"}', "@/nowhere", '{"instance": "a", "resources": []}'])
def test_wrong_request_is_wrong_usage(credentials: Path, capsys: pytest.CaptureFixture[str], request_: str) -> None:
    assert run(credentials, request=request_) == 2
    assert capsys.readouterr().err.startswith("launchpad-worker: ")


def test_request_of_a_newer_version_says_so(credentials: Path, capsys: pytest.CaptureFixture[str]) -> None:
    request = {**json.loads(fake_request().to_json()), "later": True}

    assert run(credentials, request=json.dumps(request)) == 2
    assert (
        "later: Extra inputs are not permitted. It may be of a newer version than this image" in capsys.readouterr().err
    )


def test_request_with_a_secret_in_it_is_refused_without_telling_it(
    credentials: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    request = json.loads(fake_request().to_json())
    request["resources"][0]["password"] = "canary"

    assert run(credentials, request=json.dumps(request)) == 2
    assert "canary" not in capsys.readouterr().err


def test_operation_needs_what_only_it_is_told(credentials: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(credentials, "rotate") == 2
    assert "a rotation has a step" in capsys.readouterr().err


def test_start_loads_no_library_of_a_provisioner() -> None:
    code = (
        "import sys; from launchpad_workflows.worker.main import main; "
        "print([n for n in ('pymysql', 'pymongo', 'boto3', 'minio', 'hera', 'kubernetes', 'tutor') if n in sys.modules])"
    )

    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert shown == "[]\n"
