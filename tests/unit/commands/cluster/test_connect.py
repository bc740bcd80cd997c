"""`cluster connect`: a file of the repository's own, for its owner alone, that is tried."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.unit.cluster_repositories import answers_of
from tests.unit.fake_kubernetes import FakeApi, status
from tests.unit.played_digitalocean import CLUSTER, CREDENTIALS, TOKEN, played_digitalocean
from tests.unit.scripted_server import kubeconfig
from tests.unit.served_api import served
from tests.unit.small_infrastructure import launchpad_cluster, make_repository, played_aws
from tutor_launchpad.core.errors import NotFound, Refused, Unreachable


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    return make_repository(tmp_path / "moon", "", answers=answers_of("existing-default"))


@pytest.fixture
def api(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeApi]:
    """A cluster of two nodes, and a user's kubeconfig with a context for it."""
    api = FakeApi(*({"apiVersion": "v1", "kind": "Node", "metadata": {"name": name}} for name in "ab"))
    with served(api) as address:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "own", address, "theirs")))
        yield api


def _server(file: Path) -> str:
    return str(yaml.safe_load(file.read_text())["clusters"][0]["cluster"]["server"])


def test_context_is_taken_over_and_tried(path: Path, api: FakeApi) -> None:
    own = Path(os.environ["KUBECONFIG"])
    before = own.read_bytes()

    result = launchpad_cluster("connect", path, "--context", "theirs")

    file = path / "kubeconfig"
    assert result.exit_code == 0, result.output
    assert result.stdout == (
        f"Cluster moon-production answers at {_server(own)}: Kubernetes v1.34.0, 2 nodes.\n"
        f"Use it with: export KUBECONFIG={file}\n"
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert own.read_bytes() == before
    status = ["git", "status", "--porcelain", "--untracked-files=all"]
    assert subprocess.run(status, cwd=path, capture_output=True, text=True, check=True).stdout == ""


def test_context_must_be_named_and_be_there(path: Path, api: FakeApi) -> None:
    none = launchpad_cluster("connect", path)
    wrong = launchpad_cluster("connect", path, "--context", "sun")

    assert none.exit_code == 2
    assert "Name the context of this cluster with --context: there are theirs" in none.output
    assert isinstance(wrong.exception, NotFound)
    assert str(wrong.exception) == "The kubeconfig has no context 'sun': there are theirs."
    assert not (path / "kubeconfig").exists()


def test_rights_that_are_few_are_enough(path: Path, api: FakeApi) -> None:
    api.allowed = frozenset()

    result = launchpad_cluster("connect", path, "--context", "theirs", "--output", "json")

    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["nodes"] is None


def test_credentials_that_are_refused_are_told_with_the_file(path: Path, api: FakeApi) -> None:
    api.answer = lambda request: status(401, "Unauthorized", "Unauthorized")

    result = launchpad_cluster("connect", path, "--context", "theirs")

    assert result.exit_code == 1
    assert f"{path}/kubeconfig is written, but the cluster cannot be used with it: " in str(result.exception)


def test_file_that_git_would_take_is_refused(path: Path, api: FakeApi) -> None:
    (path / ".gitignore").write_text("*.key\n")

    result = launchpad_cluster("connect", path, "--context", "theirs")

    assert isinstance(result.exception, Refused)
    assert "which is to hold credentials: add the line /kubeconfig to .gitignore" in str(result.exception)
    assert not (path / "kubeconfig").exists()


def test_link_to_the_users_own_file_is_refused(path: Path, api: FakeApi) -> None:
    own = Path(os.environ["KUBECONFIG"])
    before = own.read_bytes()
    (path / "kubeconfig").symlink_to(own)

    result = launchpad_cluster("connect", path, "--context", "theirs")

    assert isinstance(result.exception, Refused)
    assert own.read_bytes() == before


def test_digitalocean_gives_a_token_that_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = answers_of("digitalocean-default")
    path = make_repository(tmp_path / "moon", "", answers=answers)
    with played_aws(monkeypatch) as spaces, played_digitalocean() as ocean, served(FakeApi()) as address:
        given = {"DIGITALOCEAN_TOKEN": TOKEN, "DIGITALOCEAN_API_URL": ocean.address, "SPACES_ENDPOINT_URL": spaces,
                 "SPACES_ACCESS_KEY_ID": "spaces", "SPACES_SECRET_ACCESS_KEY": "spaces-secret"}  # fmt: skip
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        none = launchpad_cluster("connect", path)
        ocean.kubernetes_clusters = [{"id": CLUSTER, "name": "moon-production", "region": "nyc3"}]
        monkeypatch.setitem(CREDENTIALS, "server", address)
        monkeypatch.setitem(CREDENTIALS, "certificate_authority_data", None)
        result = launchpad_cluster("connect", path)

    assert isinstance(none.exception, NotFound)
    assert "The cloud has no cluster moon-production in nyc3: make it with" in str(none.exception)
    assert result.exit_code == 0, result.output
    assert "These credentials end at 2026-11-25T08:00:00Z; then run this again." in result.stdout
    assert json.loads((path / "kubeconfig").read_text())["users"][0]["user"] == {"token": "short-lived"}
    assert "short-lived" not in result.output


def test_context_is_not_for_clouds(tmp_path: Path) -> None:
    result = launchpad_cluster("connect", make_repository(tmp_path / "moon", ""), "--context", "sun")

    assert result.exit_code == 2
    assert "--context is for the provider existing" in result.output


def test_nobody_there_is_unreachable(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "own", "http://127.0.0.1:9", "theirs")))
    monkeypatch.setattr("tutor_launchpad.adapters.kubernetes_patience.time.sleep", lambda seconds: None)

    result = launchpad_cluster("connect", path, "--context", "theirs")

    assert isinstance(result.exception, Unreachable)
