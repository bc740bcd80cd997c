"""`tutor launchpad cluster update` as a user calls it, on the packaged template."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.cluster_repositories import BASIC
from tutor_launchpad.commands import launchpad
from tutor_launchpad.core.cluster.choices import option
from tutor_launchpad.core.errors import Conflict, NotFound, Refused

GIVEN = [word for name, value in BASIC.items() for word in (option(name), value)]
VALUES = Path("cluster", "harmony", "values.yml")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cluster repository, made once."""
    path = tmp_path_factory.mktemp("made") / "moon"
    result = CliRunner().invoke(launchpad, ["cluster", "create", str(path), *GIVEN, "--provider", "existing"])
    assert result.exit_code == 0, result.output
    return path


@pytest.fixture
def path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, made: Path) -> Path:
    """A copy of it."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return shutil.copytree(made, tmp_path / "moon", symlinks=True)


def _run(*words: object) -> Result:
    return CliRunner().invoke(launchpad, ["cluster", "update", *map(str, words)])


def _edit(path: Path, old: str, new: str) -> None:
    text = (path / VALUES).read_text()
    assert old in text
    (path / VALUES).write_text(text.replace(old, new))
    identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    subprocess.run(["git", *identity, "commit", "--quiet", "--all", "--message", "Edit"], cwd=path, check=True)


def test_current_repository_is_left_alone(path: Path) -> None:
    result = _run(path)

    assert result.exit_code == 0, result.output
    assert "nothing was changed" in result.output


def test_component_is_added_beside_an_edit(path: Path) -> None:
    _edit(path, "replicas: 2", "replicas: 3")

    result = _run(path, "--with", "monitoring")

    assert result.exit_code == 0, result.output
    assert "  cluster/monitoring/alerts.yml\n" in result.output
    assert "prometheusstack:\n  enabled: true" in (path / VALUES).read_text()
    assert "replicas: 3" in (path / VALUES).read_text()
    assert "  monitoring: true\n" in (path / "cluster.yml").read_text()


def test_clash_is_shown_and_ends_with_status_1(path: Path) -> None:
    _edit(path, "clusterDomain: learn.example.com", "clusterDomain: mine.example.com")

    result = _run(path, "--domain", "new.example.com")

    assert isinstance(result.exception, Conflict)
    assert "`git cherry-pick --continue`" in str(result.exception)
    assert f"  clashes {VALUES}: changed here and in the template\n" in result.output
    assert "clusterDomain: mine.example.com" in result.output
    assert 'domain: "new.example.com"' in (path / "cluster.yml").read_text()


def test_clash_is_in_the_json_document(path: Path) -> None:
    _edit(path, "clusterDomain: learn.example.com", "clusterDomain: mine.example.com")

    result = _run(path, "--domain", "new.example.com", "--output", "json")

    assert isinstance(result.exception, Conflict)
    assert json.loads(result.stdout)["clashes"] == [f"{VALUES}: changed here and in the template"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--domain", "x"], "--domain 'x' is not a domain"),
        (["--with", "ingress", "--without", "ingress"], "exclude each other"),
        (["--name", "other"], "No such option"),
    ],
)
def test_wrong_answer_changes_nothing(path: Path, words: list[str], sentence: str) -> None:
    result = _run(path, *words)

    assert result.exit_code == 2, result.output
    assert sentence in result.output


def test_other_folder_is_not_found(tmp_path: Path) -> None:
    assert isinstance(_run(tmp_path).exception, NotFound)


def test_wrong_answer_in_the_file_is_named(path: Path) -> None:
    (path / "cluster.yml").write_text((path / "cluster.yml").read_text().replace("learn.example.com", "learn"))
    identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    subprocess.run(["git", *identity, "commit", "--quiet", "--all", "--message", "Edit"], cwd=path, check=True)

    caught = _run(path).exception

    assert isinstance(caught, Refused)
    assert "cluster.yml in " in str(caught)
    assert "--domain 'learn' is not a domain" in str(caught)
