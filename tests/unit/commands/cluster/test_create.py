"""`tutor launchpad cluster create` as a user calls it: wrong usage, questions, what is said and what is there."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.conftest import Root
from tests.unit.cluster_repositories import BASIC
from tutor_launchpad.commands import launchpad
from tutor_launchpad.commands.cluster import making
from tutor_launchpad.core.cluster.choices import option
from tutor_launchpad.core.errors import Refused

GIVEN = [word for name, value in BASIC.items() for word in (option(name), value)]
EXISTING = [*GIVEN, "--provider", "existing"]


@pytest.fixture(autouse=True)
def _own_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


def _run(*words: object, answers: str = "") -> Result:
    return CliRunner().invoke(launchpad, ["cluster", "create", *map(str, words)], input=answers)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "Missing option --provider, --name, --environment, --domain, --repository."),
        (GIVEN, "Missing option --provider."),
        ([*GIVEN, "--provider", "azure"], "'azure' is not one of 'aws', 'digitalocean', 'existing'"),
        ([*EXISTING, "--name", "Moon"], "--name 'Moon' is to be at most 20"),
        ([*EXISTING, "--name", ""], "--name is empty."),
        ([*EXISTING, "--with", "vault"], "'vault' is not one of"),
        ([*EXISTING, "--with", "ingress", "--without", "ingress"], "--with ingress and --without ingress exclude"),
        ([*EXISTING, "--with", "backups"], "--with backups needs --backup-bucket and --backup-endpoint"),
        ([*EXISTING, "--mongodb", "atlas"], "--mongodb 'atlas' is not one of none with --provider existing."),
        ([*EXISTING, "--region", "nyc3", "--dns"], "2 problems, nothing was changed:"),
        ([*EXISTING, "--github", "moon", "--team", "platform"], "--team 'platform' is not of the form SLUG=ROLE"),
        ([*EXISTING, "--github", "moon"], "--github and --team go together"),
        ([*EXISTING, "extra"], "Got unexpected extra argument (extra)"),
    ],
)
def test_wrong_usage_ends_with_status_2_and_makes_nothing(tmp_path: Path, words: list[str], sentence: str) -> None:
    result = _run(tmp_path / "moon", *words)

    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert list(tmp_path.iterdir()) == []


def test_repository_is_made_and_what_comes_next_is_said(tmp_path: Path) -> None:
    result = _run(tmp_path / "moon", *EXISTING)

    assert result.exit_code == 0, result.output
    assert f"The repository of cluster moon-production is in {tmp_path}/moon:" in result.output
    assert f"git -C {tmp_path}/moon push --set-upstream origin main" in result.output
    assert f"follow {tmp_path}/moon/README.md" in result.output
    assert (tmp_path / "moon" / "cluster" / "root.yml").exists()


def test_second_run_says_that_nothing_was_changed(tmp_path: Path) -> None:
    _run(tmp_path / "moon", *EXISTING)

    result = _run(tmp_path / "moon", *EXISTING)

    assert result.exit_code == 0
    assert result.output.endswith("is the repository of cluster moon-production already; nothing was changed.\n")


def test_result_is_one_json_document(tmp_path: Path) -> None:
    result = _run(tmp_path / "moon", *EXISTING, "--no-commit", "--output", "json")

    document = json.loads(result.stdout)
    assert (document["cluster"], document["changed"], document["revision"]) == ("moon-production", True, "")
    assert "cluster.yml" in document["files"]


def test_foreign_folder_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine\n")

    result = _run(tmp_path, *EXISTING)

    assert isinstance(result.exception, Refused)
    assert str(result.exception) == (
        f"{tmp_path} is not empty (notes.txt): name a folder that is empty or not there yet."
    )


@pytest.mark.parametrize(
    ("words", "answers", "expected"),
    [
        ([], "existing\nmoon\nproduction\nlearn.example.com\nhttps://git.example.com/c.git\n\n", "provider: \"existing\""),
        (GIVEN, "aws\n\nops@example.com\n", 'region: "us-east-1"'),
        ([*GIVEN, "--provider", "digitalocean", "--email", "a@example.com"], "fra1\n", 'region: "fra1"'),
        ([*EXISTING, "--with", "backups"], "\nmoon-velero\nhttps://s3.example.com\n", 'backup_bucket: "moon-velero"'),
    ],
    ids=["all", "provider", "region", "bucket"],
)  # fmt: skip
def test_what_is_missing_is_asked_for_at_a_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str], answers: str, expected: str
) -> None:
    monkeypatch.setattr(making, "somebody_is_there", lambda: True)

    result = _run(tmp_path / "moon", *words, answers=answers)

    assert result.exit_code == 0, result.output
    assert expected in (tmp_path / "moon" / "cluster.yml").read_text()


def test_nothing_is_asked_where_all_is_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(making, "somebody_is_there", lambda: True)

    result = _run(tmp_path / "moon", *EXISTING, "--email", "ops@example.com")

    assert result.exit_code == 0, result.output
    assert "[" not in result.stderr


def test_instance_is_deployed_into_it(root: Root, tmp_path: Path) -> None:
    _run(tmp_path / "moon", *EXISTING)
    root.set(LAUNCHPAD_REPOSITORY=str(tmp_path / "moon"))

    ran = root.launchpad("deploy")

    assert ran.status == 0, ran.stderr
    assert (tmp_path / "moon" / "instances" / "openedx" / "launchpad.json").exists()
    status = ["git", "-C", str(tmp_path / "moon"), "status", "--porcelain"]
    assert subprocess.run(status, capture_output=True, text=True, check=True).stdout == ""
    updated = CliRunner().invoke(launchpad, ["cluster", "update", str(tmp_path / "moon")])
    assert "nothing was changed" in updated.output
