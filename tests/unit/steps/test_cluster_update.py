"""An update of a cluster repository loses nothing that people changed."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.unit.cluster_trees import LINES, OLD, create, edit, git, update
from tutor_launchpad.adapters.cluster_folder import ClusterFolder
from tutor_launchpad.core.cluster.merging import TEMPLATE
from tutor_launchpad.core.errors import Conflict, NotFound, Refused


@pytest.fixture(autouse=True)
def _own_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "moon"


def test_update_brings_the_new_template_and_keeps_edits(path: Path) -> None:
    create(path)
    edit(path, "values.yml", LINES.replace("line 1", "line one"))
    edit(path, "mine.yml", "mine\n")

    result = update(path)

    assert result.files == ("gone.yml", "new.yml", "values.yml")
    assert (path / "values.yml").read_text() == LINES.replace("line 1", "line one").replace("line 7", "line seven")
    assert (path / "mine.yml").read_text() == "mine\n"
    assert not (path / "gone.yml").exists()
    assert git(path, "show", "--stat", "--format=%s").startswith("Update the cluster repository of moon-production")
    assert git(path, "status", "--porcelain") == ""


def test_update_again_changes_nothing(path: Path) -> None:
    create(path)
    edit(path, "values.yml", LINES.replace("line 1", "line one"))
    head = update(path).revision

    again = update(path)

    assert (again.changed, again.revision, again.files) == (False, head, ())


def test_update_works_after_the_history_is_squashed(path: Path) -> None:
    """What an update compares with is in the tree, so that it needs no commit of the past."""
    create(path)
    edit(path, "values.yml", LINES.replace("line 1", "line one"))
    git(path, "checkout", "--quiet", "--orphan", "squashed")
    git(path, "commit", "--quiet", "--message", "All at once")
    git(path, "branch", "--quiet", "-D", "main")
    git(path, "gc", "--quiet", "--prune=now")

    update(path)

    assert (path / "values.yml").read_text() == LINES.replace("line 1", "line one").replace("line 7", "line seven")


def test_clash_is_listed_and_both_sides_are_there(path: Path) -> None:
    create(path)
    edit(path, "values.yml", LINES.replace("line 7", "line VII"))
    edit(path, "same.yml", "mine\n")

    result = update(path)

    assert result.clashes == ("values.yml: changed here and in the template",)
    assert result.revision == ""
    assert "<<<<<<<" in (path / "values.yml").read_text()
    assert "line VII" in (path / "values.yml").read_text()
    assert "line seven" in (path / "values.yml").read_text()
    assert "line VII" in ClusterFolder.at(path).show_clashes()
    assert (path / "same.yml").read_text() == "mine\n"
    assert (path / "new.yml").exists()


def test_clash_is_finished_or_undone_with_git(path: Path) -> None:
    create(path)
    edit(path, "values.yml", LINES.replace("line 7", "line VII"))
    before = git(path, "rev-parse", "HEAD")
    update(path)
    with pytest.raises(Refused, match=r"A cherry-pick is unfinished .*git cherry-pick --continue"):
        update(path)
    git(path, "cherry-pick", "--abort")
    assert git(path, "rev-parse", "HEAD") == before
    assert git(path, "status", "--porcelain") == ""

    update(path)
    (path / "values.yml").write_text(LINES.replace("line 7", "line VII and seven"))
    git(path, "add", "values.yml")
    git(path, "-c", "core.editor=true", "cherry-pick", "--continue")

    assert not update(path).changed
    assert (path / "values.yml").read_text() == LINES.replace("line 7", "line VII and seven")


@pytest.mark.parametrize(
    ("name", "text", "how"),
    [
        ("values.yml", None, "values.yml: removed here, changed in the template"),
        ("gone.yml", "mine\n", "gone.yml: changed here, removed in the template"),
        ("new.yml", "mine\n", "new.yml: added here and in the template, differently"),
    ],
)
def test_file_that_is_there_on_one_side_only_clashes(path: Path, name: str, text: str | None, how: str) -> None:
    create(path)
    edit(path, name, text)

    assert update(path).clashes == (how,)
    assert text is None or text in (path / name).read_text()


def test_file_that_git_does_not_know_is_not_overwritten(path: Path) -> None:
    create(path)
    (path / "new.yml").write_text("mine\n")

    with pytest.raises(Conflict, match=r"untracked working tree files.*new.yml.*Nothing was changed"):
        update(path)

    assert (path / "new.yml").read_text() == "mine\n"
    assert git(path, "status", "--porcelain") == "?? new.yml"


def test_uncommitted_edit_is_refused(path: Path) -> None:
    create(path)
    (path / "values.yml").write_text("mine\n")

    with pytest.raises(Refused, match=r"changes that are not committed \(values.yml\)"):
        update(path)


def test_edited_copy_of_the_template_is_refused(path: Path) -> None:
    create(path)
    edit(path, f"{TEMPLATE}/values.yml", "mine\n")

    with pytest.raises(Refused, match=r"\.launchpad/template in .* was changed by hand"):
        update(path)


def test_update_without_commit_leaves_the_change_staged(path: Path) -> None:
    create(path)
    before = git(path, "rev-parse", "HEAD")

    result = update(path, commit=False)

    assert (result.changed, result.revision) == (True, "")
    assert git(path, "rev-parse", "HEAD") == before
    assert "A  new.yml" in git(path, "status", "--porcelain")


def test_answers_come_from_the_file_and_from_the_call(path: Path) -> None:
    create(path)
    content = yaml.safe_load((path / "cluster.yml").read_text())
    edit(path, "cluster.yml", "# Mine\n" + yaml.safe_dump({**content, "domain": "hand.example.com"}))

    result = update(path, OLD, email="ops@example.com")

    assert (path / "cluster.yml").read_text().startswith("# Mine\n")
    kept = yaml.safe_load((path / "cluster.yml").read_text())
    assert (kept["domain"], kept["email"]) == ("hand.example.com", "ops@example.com")
    assert result.files == ("cluster.yml",)


@pytest.mark.parametrize("name", ["name", "environment", "id"])
def test_answer_that_names_what_is_made_is_not_to_change(path: Path, name: str) -> None:
    create(path)
    content = yaml.safe_load((path / "cluster.yml").read_text())
    edit(path, "cluster.yml", yaml.safe_dump({**content, name: "abcdef01"}))

    with pytest.raises(Refused, match=f"has another {name} than it was made with"):
        update(path)


def test_repository_of_a_newer_launchpad_is_refused(path: Path) -> None:
    create(path)

    with pytest.raises(Refused, match=r"was written by Launchpad 1.0.0, and this is 0.9: install that one or a later"):
        update(path, version="0.9")


@pytest.mark.parametrize("make", [False, True], ids=["no folder", "another repository"])
def test_other_folder_is_no_cluster_repository(path: Path, make: bool) -> None:
    if make:
        path.mkdir()
        git(path, "init", "--quiet")

    with pytest.raises(NotFound, match="moon is no cluster repository"):
        update(path)
