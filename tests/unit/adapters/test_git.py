"""The repository adapter on real repositories."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath

import pytest

from tests.unit.repositories import git, remove
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.core.errors import Conflict, LaunchpadError, NotFound

FOLDER = PurePosixPath("instances/alpha")


def _git(*arguments: str, cwd: Path) -> str:
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


def _local(path: Path) -> Repository:
    return Repository(str(path), "main", path, "", Runner(str(path)), sleep=lambda _: None)


def _remote(cache: Path, remote: Path) -> Repository:
    return Repository(str(remote), "main", cache, str(remote), Runner(str(remote)), sleep=lambda _: None)


def _record(repository: Repository, files: dict[str, bytes], folder: PurePosixPath = FOLDER) -> tuple[str, bool]:
    return repository.record(folder, files, "Update\n", lambda parent: None)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    path = tmp_path / "remote.git"
    _git("init", "--bare", "--initial-branch=main", str(path), cwd=tmp_path)
    return path


def test_first_record_makes_the_repository_and_its_work_tree(tmp_path: Path) -> None:
    repository = _local(tmp_path / "repo")

    revision, new = _record(repository, {"config.yml": b"A: 1\n", "manifests/a b.yml": b"x\n"})

    assert new
    assert (tmp_path / "repo/instances/alpha/manifests/a b.yml").read_bytes() == b"x\n"
    assert _git("status", "--porcelain", cwd=tmp_path / "repo") == ""
    assert _git("rev-parse", "main", cwd=tmp_path / "repo") == revision


def test_same_files_make_no_commit(tmp_path: Path) -> None:
    repository = _local(tmp_path / "repo")
    first, _ = _record(repository, {"a": b"1"})

    assert _record(_local(tmp_path / "repo"), {"a": b"1"}) == (first, False)


def test_removed_file_leaves_and_other_folders_stay(tmp_path: Path) -> None:
    repository = _local(tmp_path / "repo")
    _record(repository, {"x": b"other"}, PurePosixPath("instances/beta"))
    _record(repository, {"a": b"1", "b": b"2"})

    _record(repository, {"b": b"2"})

    assert not (tmp_path / "repo/instances/alpha/a").exists()
    assert (tmp_path / "repo/instances/beta/x").read_bytes() == b"other"


def test_work_tree_that_was_left_behind_is_shown_again(tmp_path: Path) -> None:
    repository = _local(tmp_path / "repo")
    _record(repository, {"a": b"1"})
    (tmp_path / "repo/instances/alpha/a").unlink()

    _record(repository, {"a": b"1"})

    assert (tmp_path / "repo/instances/alpha/a").read_bytes() == b"1"


def test_edit_that_nobody_committed_is_not_lost(tmp_path: Path) -> None:
    repository = _local(tmp_path / "repo")
    _record(repository, {"a": b"1"})
    (tmp_path / "repo/instances/alpha/a").write_bytes(b"mine")

    with pytest.raises(Conflict, match="was changed by hand and not committed"):
        _record(repository, {"a": b"2"})

    assert (tmp_path / "repo/instances/alpha/a").read_bytes() == b"mine"


@pytest.mark.parametrize("ignored", [False, True])
@pytest.mark.parametrize("before", [{}, {"b": b"1"}], ids=["first-record", "later-record"])
@pytest.mark.parametrize(
    ("mine", "told"), [("a", "alpha/a"), ("c", "alpha/c"), ("a/inner", "alpha/a")], ids=["file", "folder", "inside"]
)
def test_file_that_nobody_added_is_not_lost(
    tmp_path: Path, before: dict[str, bytes], mine: str, told: str, ignored: bool
) -> None:
    _git("init", "--quiet", "--initial-branch=main", "repo", cwd=tmp_path)
    repository, file = _local(tmp_path / "repo"), tmp_path / "repo" / FOLDER / mine
    if before:
        _record(repository, before)
    (tmp_path / "repo/.git/info/exclude").write_text("*\n" if ignored else "")
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"mine")

    with pytest.raises(Conflict, match=f"{told} is not committed, and the deploy would write over it. Commit it, or"):
        _record(repository, {"a": b"2", "c/d": b"2"})

    assert file.read_bytes() == b"mine"
    assert len(_git("for-each-ref", cwd=tmp_path / "repo").splitlines()) == len(before)


def test_file_that_nobody_added_stays_where_it_is_in_nobodys_way(tmp_path: Path) -> None:
    repository, folder = _local(tmp_path / "repo"), tmp_path / "repo" / FOLDER
    _record(repository, {"a": b"1"})
    (folder / "notes").write_bytes(b"mine")
    (folder / "same").write_bytes(b"2")

    _record(repository, {"a/b": b"2", "same": b"2"})

    assert (folder / "notes").read_bytes() == b"mine"
    assert (folder / "a/b").read_bytes() == b"2"
    assert _git("status", "--porcelain", cwd=tmp_path / "repo") == f"?? {FOLDER}/notes"


def test_work_tree_of_an_interrupted_record_is_brought_up_to_date(tmp_path: Path) -> None:
    repository = _local(tmp_path / "repo")
    first, _ = _record(repository, {"a": b"1", "gone": b"x"})
    _record(repository, {"a": b"2", "new": b"y"})
    _git("read-tree", "-u", "--reset", first, cwd=tmp_path / "repo")

    assert not _record(_local(tmp_path / "repo"), {"a": b"2", "new": b"y"})[1]
    assert _git("status", "--porcelain", cwd=tmp_path / "repo") == ""


def test_other_branch_in_the_work_tree_is_left_alone(tmp_path: Path) -> None:
    repository = _local(tmp_path / "repo")
    first, _ = _record(repository, {"a": b"1"})
    _git("checkout", "-q", "--detach", first, cwd=tmp_path / "repo")

    revision, new = _record(repository, {"a": b"2"})

    assert new
    assert _git("rev-parse", "main", cwd=tmp_path / "repo") == revision
    assert (tmp_path / "repo/instances/alpha/a").read_bytes() == b"1"


def test_environment_of_a_git_hook_leads_nowhere_else(
    tmp_path: Path, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(bare))

    revision, _ = _record(_local(tmp_path / "repo"), {"a": b"1"})

    monkeypatch.delenv("GIT_DIR")
    assert _git("rev-parse", "main", cwd=tmp_path / "repo") == revision
    assert _git("for-each-ref", cwd=bare) == ""


def test_runs_of_one_root_fetch_at_the_same_time(tmp_path: Path, bare: Path) -> None:
    first, _ = _record(_remote(tmp_path / "seed", bare), {"a": b"1"})
    _remote(tmp_path / "cache", bare).fetch()

    with ThreadPoolExecutor(6) as pool:
        heads = list(pool.map(lambda _: _remote(tmp_path / "cache", bare).fetch(), range(12)))

    assert set(heads) == {first}


def test_record_is_pushed_and_read_back(tmp_path: Path, bare: Path) -> None:
    revision, new = _record(_remote(tmp_path / "cache", bare), {"launchpad.json": b"{}"})

    other = _remote(tmp_path / "other", bare)
    assert new
    assert other.fetch() == revision
    assert other.files(FOLDER, revision) == {"launchpad.json": b"{}"}
    assert other.find(PurePosixPath("instances"), "launchpad.json", revision) == {"alpha": b"{}"}


def test_ten_racing_pushes_lose_nothing(tmp_path: Path, bare: Path) -> None:
    def one(number: int) -> None:
        _record(
            _remote(tmp_path / f"cache{number}", bare), {"f": b"%d" % number}, PurePosixPath(f"instances/i{number}")
        )

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(one, range(10)))

    assert _git("rev-list", "--count", "main", cwd=bare) == "10"
    assert len(_git("ls-tree", "-r", "--name-only", "main", cwd=bare).splitlines()) == 10


def test_branch_that_somebody_makes_while_we_look_is_fetched(tmp_path: Path, bare: Path) -> None:
    made: list[str] = []

    class Late(Runner):
        def run(self, *arguments: str, cwd: Path, stdin: bytes | None = None) -> bytes:
            if arguments[0] == "ls-remote":
                made.append(_record(_remote(tmp_path / "other", bare), {"a": b"1"})[0])
            return super().run(*arguments, cwd=cwd, stdin=stdin)

    repository = Repository(str(bare), "main", tmp_path / "cache", str(bare), Late(str(bare)))

    assert [repository.fetch()] == made


def test_push_that_always_loses_gives_up_with_the_reason(tmp_path: Path, bare: Path) -> None:
    repository = _remote(tmp_path / "cache", bare)
    other = _remote(tmp_path / "other", bare)
    count = iter(range(1000))

    def somebody_else_pushes() -> None:
        _record(other, {"f": b"%d" % next(count)}, PurePosixPath("instances/beta"))

    with pytest.raises(Conflict, match="changed under each of 20 tries"):
        repository.record(FOLDER, {"a": b"1"}, "Update\n", lambda parent: None, somebody_else_pushes)


def test_descendant_with_the_same_folder_counts_as_the_same(tmp_path: Path) -> None:
    repository = _local(tmp_path / "repo")
    first, _ = _record(repository, {"a": b"1"})
    second, _ = _record(repository, {"x": b"other"}, PurePosixPath("instances/beta"))
    third, _ = _record(repository, {"a": b"2"})

    assert repository.same_tree(first, second, FOLDER)
    assert not repository.same_tree(first, third, FOLDER)
    assert not repository.same_tree(second, first, FOLDER)


def test_history_gives_the_newest_versions_first(tmp_path: Path) -> None:
    repository = _local(tmp_path / "repo")
    for number in range(4):
        _record(repository, {"launchpad.json": b"%d" % number})

    assert repository.history(FOLDER, "launchpad.json", 3) == [b"3", b"2", b"1"]


def test_removal_is_found_in_the_history_with_what_was_removed(tmp_path: Path) -> None:
    repository = _local(tmp_path / "repo")
    for folder in (FOLDER, PurePosixPath("instances/beta"), PurePosixPath("instances/gamma")):
        _record(repository, {"a": b"old"}, folder)
        _record(repository, {"a": folder.name.encode()}, folder)
    first = remove(repository, "alpha")
    _record(repository, {"a": b"again"})
    second = remove(repository, "alpha", "a")
    remove(repository, "gamma")
    repository.fetch()

    found = repository.removed([FOLDER / "a", PurePosixPath("instances/beta/a"), PurePosixPath("instances/delta/a")])

    assert [(one.path, one.commit, one.content) for one in found] == [
        (FOLDER / "a", second, b"again"),
        (FOLDER / "a", first, b"alpha"),
    ]
    assert all(one.when.startswith("20") for one in found)
    assert repository.removed([]) == []


def test_removal_that_a_merge_has_brought_is_found(tmp_path: Path) -> None:
    repository = _local(tmp_path / "repo")
    _record(repository, {"a": b"1"})
    git(repository, "checkout", "--quiet", "-b", "side")
    removal = remove(repository, "alpha")
    git(repository, "checkout", "--quiet", "main")
    _record(repository, {"x": b"1"}, PurePosixPath("instances/beta"))
    git(repository, "merge", "--quiet", "--no-edit", "side")
    repository.fetch()

    found = repository.removed([FOLDER / "a"])

    assert [one.content for one in found] == [b"1", b"1"]
    assert [one.commit for one in found] == [repository.head, removal]


def test_repository_without_commits_has_removed_nothing(tmp_path: Path) -> None:
    repository = _local(tmp_path / "repo")
    repository.fetch()

    assert repository.removed([FOLDER / "a"]) == []


def test_missing_branch_of_a_filled_repository_is_refused(tmp_path: Path, bare: Path) -> None:
    _record(_remote(tmp_path / "cache", bare), {"a": b"1"})
    repository = Repository(str(bare), "production", tmp_path / "other", str(bare), Runner(str(bare)))

    with pytest.raises(NotFound, match=r"no branch 'production' \(it has main\)"):
        repository.fetch()


def test_missing_repository_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="was not found"):
        _remote(tmp_path / "cache", tmp_path / "nowhere").fetch()


def test_file_in_place_of_a_repository_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(LaunchpadError, match="is a file, not a Git repository"):
        _local(tmp_path / "file").fetch()


def test_commit_without_an_identity_is_made_by_launchpad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.useConfigOnly")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "true")

    _record(_local(tmp_path / "repo"), {"a": b"1"})

    assert _git("log", "-1", "--format=%an", cwd=tmp_path / "repo") == "Launchpad"
