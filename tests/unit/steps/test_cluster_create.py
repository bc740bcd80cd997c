"""A cluster repository is made whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cluster_trees import GIVEN, create, git
from tutor_launchpad.adapters.cluster_folder import ClusterFolder
from tutor_launchpad.core.cluster.merging import TEMPLATE
from tutor_launchpad.core.errors import Refused


@pytest.fixture(autouse=True)
def _own_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "moon"


def test_new_repository_is_committed_with_what_an_update_needs(path: Path) -> None:
    result = create(path)

    assert result.changed
    assert result.revision == git(path, "rev-parse", "main")
    assert git(path, "status", "--porcelain") == ""
    assert git(path, "remote", "get-url", "origin") == GIVEN["repository"]
    assert (path / "a b" / "ü.yml").read_text() == "x\n"
    assert git(path, "rev-parse", f"HEAD:{TEMPLATE}") == (path / ".launchpad" / "template-id").read_text().strip()


def test_second_run_changes_nothing(path: Path) -> None:
    first = create(path)

    second = create(path)

    assert (second.changed, second.revision) == (False, first.revision)


def test_uncommitted_repository_is_committed_by_the_next_run(path: Path) -> None:
    assert create(path, commit=False).revision == ""
    assert not (path / ".git" / "refs" / "heads" / "main").exists()

    assert create(path).revision == git(path, "rev-parse", "HEAD")


@pytest.mark.parametrize("left", [[], ["values.yml"], ["values.yml", "cluster.yml", ".launchpad/template-id"]])
def test_interrupted_run_is_finished(path: Path, left: list[str]) -> None:
    create(path, commit=False)
    for file in ClusterFolder.at(path).files():
        if file not in left:
            (path / file).unlink()

    assert create(path).changed
    assert git(path, "status", "--porcelain") == ""


def test_clone_of_an_empty_repository_is_used(path: Path) -> None:
    path.mkdir()
    git(path, "init", "--quiet", "--initial-branch=master")
    git(path, "remote", "add", "origin", "https://git.example.com/other.git")

    create(path, branch="live")

    assert git(path, "branch", "--show-current") == "live"
    assert git(path, "remote", "get-url", "origin") == "https://git.example.com/other.git"


@pytest.mark.parametrize("name", ["notes.txt", "values.yml", "terraform/main.tf"])
def test_foreign_folder_is_refused_and_left_alone(path: Path, name: str) -> None:
    (path / name).parent.mkdir(parents=True)
    (path / name).write_text("mine\n")

    with pytest.raises(Refused, match=rf"moon is not empty \({name}\)"):
        create(path)

    assert [file for file in path.rglob("*") if file.is_file()] == [path / name]


def test_file_in_place_of_the_folder_is_refused(path: Path) -> None:
    path.write_text("mine\n")

    with pytest.raises(Refused, match="moon is a file"):
        create(path)


def test_repository_of_another_cluster_is_refused(path: Path) -> None:
    create(path)

    with pytest.raises(Refused, match="cluster moon-production already, with another --domain"):
        create(path, domain="other.example.com")


def test_other_branch_is_refused(path: Path) -> None:
    path.mkdir()
    git(path, "init", "--quiet", "--initial-branch=other")
    git(path, "commit", "--quiet", "--allow-empty", "--message", "Begin")

    with pytest.raises(Refused, match="has the branch 'other' checked out"):
        create(path)
