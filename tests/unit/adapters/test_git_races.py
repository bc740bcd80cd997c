"""Others at the same branch between our fetch and our push, and after it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.core.errors import Forbidden, NotFound

ALPHA, BETA = PurePosixPath("instances/alpha"), PurePosixPath("instances/beta")


def _git(*arguments: str, cwd: Path) -> str:
    words = ["git", "-c", "user.name=t", "-c", "user.email=t@t", *arguments]
    return subprocess.run(words, cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    _git("init", "--bare", "--quiet", "--initial-branch=main", "remote.git", cwd=tmp_path)
    return tmp_path / "remote.git"


@pytest.fixture
def root(tmp_path: Path, bare: Path) -> Callable[[str], Repository]:
    """The repository as a root sees it, by the root's name."""

    def make(name: str) -> Repository:
        return Repository(str(bare), "main", tmp_path / name, str(bare), Runner(str(bare)), sleep=lambda _: None)

    return make


def _record(
    repository: Repository, text: str, folder: PurePosixPath = ALPHA, meanwhile: Callable[[], object] = lambda: None
) -> str:
    return repository.record(folder, {"f": text.encode()}, f"{text}\n", lambda parent: None, meanwhile)[0]


def _subjects(bare: Path, branch: str = "main") -> list[str]:
    return _git("log", "--format=%s", branch, cwd=bare).split()


Root = Callable[[str], Repository]


def test_push_that_loses_ten_times_in_a_row_goes_through(bare: Path, root: Root) -> None:
    times = iter(range(10))

    def somebody_else() -> None:
        number = next(times, None)
        if number is not None:
            _record(root("other"), f"b{number}", BETA)

    _record(root("ours"), "a", meanwhile=somebody_else)

    assert _subjects(bare) == ["a", *(f"b{number}" for number in reversed(range(10)))]


def test_branch_that_was_rewritten_between_fetch_and_push_is_built_upon(bare: Path, root: Root) -> None:
    first = _record(root("other"), "b1", BETA)
    _record(root("other"), "leaked", BETA)
    once = iter([first])

    def rewrite() -> None:
        for commit in once:
            _git("update-ref", "refs/heads/main", commit, cwd=bare)

    _record(root("ours"), "a", meanwhile=rewrite)

    assert _subjects(bare) == ["a", "b1"]


def test_removed_commit_is_told_and_recorded_again(bare: Path, root: Root) -> None:
    first = _record(root("other"), "b1", BETA)
    ours = _record(root("ours"), "a")
    _git("update-ref", "refs/heads/main", first, cwd=bare)

    repository = root("ours")
    repository.fetch()
    assert repository.lost() == ours
    again = _record(root("ours"), "a")

    assert _subjects(bare) == ["a", "b1"]
    repository = root("ours")
    assert (repository.fetch(), repository.lost()) == (again, "")


def test_removed_commit_is_told_also_by_a_copy_that_was_made_anew(tmp_path: Path, bare: Path, root: Root) -> None:
    first = _record(root("other"), "b1", BETA)
    ours = _record(root("ours"), "a")
    _git("update-ref", "refs/heads/main", first, cwd=bare)
    (tmp_path / "ours" / "refs" / "launchpad" / "main").write_text("damaged")
    before = (tmp_path / "ours").stat().st_ino

    repository = root("ours")
    repository.fetch()

    assert (tmp_path / "ours").stat().st_ino != before
    assert repository.lost() == ours


def test_copy_without_its_objects_remembers_what_the_branch_still_has(tmp_path: Path, bare: Path, root: Root) -> None:
    first = _record(root("other"), "b1", BETA)
    ours = _record(root("ours"), "a")
    shutil.rmtree(tmp_path / "ours" / "objects")
    (tmp_path / "ours" / "objects").mkdir()
    (tmp_path / "ours" / "refs" / "launchpad" / "main").write_text("damaged")
    root("ours").fetch()
    _git("update-ref", "refs/heads/main", first, cwd=bare)

    repository = root("ours")
    repository.fetch()

    assert repository.lost() == ours


def test_commits_of_others_after_ours_lose_nothing(root: Root) -> None:
    _record(root("ours"), "a")
    _record(root("other"), "b", BETA)
    repository = root("ours")
    repository.fetch()

    assert repository.lost() == ""


def test_another_repository_under_the_same_root_has_lost_nothing(tmp_path: Path, root: Root) -> None:
    _record(root("ours"), "a")
    _git("init", "--bare", "--quiet", "--initial-branch=main", "moved.git", cwd=tmp_path)
    moved = tmp_path / "moved.git"
    repository = Repository(str(moved), "main", tmp_path / "ours", str(moved), Runner(str(moved)))

    assert (repository.fetch(), repository.lost()) == ("", "")


def test_emptied_repository_is_told(bare: Path, root: Root) -> None:
    ours = _record(root("ours"), "a")
    _git("update-ref", "-d", "refs/heads/main", cwd=bare)
    repository = root("ours")

    assert (repository.fetch(), repository.lost()) == ("", ours)


def test_branch_that_is_deleted_meanwhile_is_named_and_not_brought_back(bare: Path, root: Root) -> None:
    _record(root("ours"), "a1")
    _git("branch", "kept", "main", cwd=bare)

    with pytest.raises(NotFound, match=r"has no branch 'main' \(it has kept\)"):
        _record(root("ours"), "a2", meanwhile=lambda: _git("update-ref", "-d", "refs/heads/main", cwd=bare))

    assert _git("for-each-ref", "--format=%(refname)", cwd=bare) == "refs/heads/kept"


def test_refusal_is_told_in_the_servers_words(bare: Path, root: Root) -> None:
    hook = bare / "hooks" / "pre-receive"
    hook.write_text(
        "#!/bin/sh\nprintf '\\n=====\\nPlease open a pull request.\\nAsk https://me:h1dden@forge/team.\\n' >&2; exit 1\n"
    )
    hook.chmod(0o755)

    with pytest.raises(Forbidden) as caught:
        _record(root("ours"), "a")

    assert str(caught.value) == (
        f"{bare} refuses the push: Please open a pull request.; Ask https://forge/team.; pre-receive hook declined. "
        "Allow it for this user there."
    )
