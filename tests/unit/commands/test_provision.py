"""`tutor launchpad provision` without a cluster."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from tests.conftest import Root
from tutor_launchpad.commands import launchpad

PASSWORD = "h1dden-passw0rd"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--context", "x", "--local"], "--context and --local exclude each other."),
        (["--context", "x", "--no-cluster"], "--context and --no-cluster exclude each other."),
        (["--resource", "magic"], "--resource magic: known are mongodb, mysql, storage."),
        (["--timeout", "0"], "0.0 is not in the range"),
        (["extra"], "unexpected extra argument"),
    ],
)
def test_wrong_usage(tmp_path: Path, words: list[str], sentence: str) -> None:
    import_module("tutor_launchpad.plugin")  # registers the resources

    result = CliRunner().invoke(launchpad, ["provision", *words], obj=SimpleNamespace(root=tmp_path))

    assert result.exit_code == 2, result.output
    assert sentence in result.output


def test_instance_without_servers_has_nothing_to_provision(root: Root) -> None:
    local = root.launchpad("provision", "--local")
    named = root.launchpad("provision", "--local", "--resource", "mysql")

    assert (local.status, named.status) == (0, 1)
    assert local.stdout == "no servers named: Tutor's own databases run in the namespace\n"
    assert "This instance names no server for mysql: set LAUNCHPAD_MYSQL_SERVER." in named.stderr


def test_server_must_be_registered_and_a_workflow_needs_a_cluster(root: Root) -> None:
    root.set(LAUNCHPAD_MYSQL_SERVER="main")
    unknown = root.launchpad("provision", "--local")
    words = ["mysql", "main", "--host", "127.0.0.1", "--port", "9", "--user", "root", "--password-file", "-"]
    root.tutor("launchpad", "server", "add", *words, stdin=PASSWORD)
    clusterless = root.launchpad("provision")
    silent = root.launchpad("provision", "--local", "--output", "json")

    assert "register it with `tutor launchpad server add mysql main" in unknown.stderr
    assert "There is no cluster to run a workflow in: give --context, or use --local." in clusterless.stderr
    assert (unknown.status, clusterless.status, silent.status) == (1, 1, 1)
    assert [step["status"] for step in json.loads(silent.stdout)["steps"]] == ["failed"]
    assert PASSWORD not in silent.stdout + silent.stderr
    assert "Traceback" not in unknown.stderr + clusterless.stderr + silent.stderr


def test_minio_and_a_storage_server_are_refused(make_root: Callable[..., Root]) -> None:
    root = make_root(plugins="minio")
    root.set(LAUNCHPAD_STORAGE_SERVER="main")

    ran = root.launchpad("provision", "--local")

    assert ran.status == 1
    assert "Both the plugin minio and LAUNCHPAD_STORAGE_SERVER (main) are to keep the files" in ran.stderr
