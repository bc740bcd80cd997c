"""Git and we are killed at once, at each moment at which Git has begun something; the next record finishes it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest

from tests.unit.killing import die_as_git, die_in_hook, killed
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.core.errors import Conflict, LaunchpadError

FOLDER = PurePosixPath("instances/alpha")
OLD = {"a": b"1\n" * 500, "b": b"1\n" * 500, "c": b"same\n", "gone": b"x\n"}
NEW = {"a": b"2\n" * 500, "b": b"2\n" * 500, "c": b"same\n", "new": b"y\n"}


def _git(*arguments: str, cwd: Path) -> str:
    return subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, text=True).stdout.strip()


def _local(tmp_path: Path) -> Repository:
    path = tmp_path / "repository"
    return Repository(str(path), "main", path, "", Runner(str(path)), sleep=lambda _: None)


def _remote(tmp_path: Path) -> Repository:
    path = tmp_path / "remote.git"
    if not path.exists():
        _git("init", "--bare", "--quiet", "--initial-branch=main", str(path), cwd=tmp_path)
    return Repository(str(path), "main", tmp_path / "cache.git", str(path), Runner(str(path)), sleep=lambda _: None)


Make = Callable[[Path], Repository]


def _record(repository: Repository, files: dict[str, bytes]) -> tuple[str, bool]:
    return repository.record(FOLDER, files, "Update\n", lambda parent: None)


def _leftovers(folder: Path) -> list[str]:
    """What Git's own housekeeping, which runs in copies, would not remove either."""
    kinds = ("*.lock", "fast_import_crash_*", "old", *(["tmp_*"] if (folder / ".git").exists() else []))
    found = [path for kind in kinds for path in folder.rglob(kind) if path.name not in ("launchpad.lock", ".lock")]
    return [str(path.relative_to(folder)) for path in found]


def _assert_finished(tmp_path: Path, make: Make, before: list[dict[str, bytes]]) -> None:
    """Record what was to be recorded; all is as if nothing had happened."""
    _record(make(tmp_path), NEW)

    original = make(tmp_path)
    head = original.fetch()
    assert original.files(FOLDER, head) == NEW
    assert _git("rev-list", "--count", head, cwd=original.path) == str(len(before) + 1)
    assert _leftovers(original.path) == []
    assert not list(tmp_path.glob("scratch/*"))
    assert "pending" not in _git("for-each-ref", cwd=original.path)
    assert _git("fsck", "--strict", "--no-dangling", cwd=original.path) == ""
    if not original.remote:
        assert _git("status", "--porcelain", cwd=original.path) == ""
        assert {path.name: path.read_bytes() for path in (original.path / FOLDER).iterdir()} == NEW


LOCAL = [
    "reference-transaction prepared *refs/heads/main*",
    "reference-transaction committed *refs/heads/main*",
    "post-index-change *",
]
REMOTE = [
    "reference-transaction prepared *refs/launchpad/main*",
    "pre-push *",
    "pre-receive *",
    "post-receive *",
    "reference-transaction prepared *refs/launchpad-recorded/*",
]


FIRST: list[dict[str, bytes]] = []
SECOND = [OLD]


@pytest.mark.parametrize(
    ("make", "moment", "before"),
    [
        *((_local, moment, before) for moment in LOCAL for before in (FIRST, SECOND)),
        *(
            (_remote, moment, before)
            for moment in REMOTE
            for before in (FIRST, SECOND)
            if before or "/main" not in moment
        ),
    ],
)
def test_record_is_finished_after_a_kill_in_a_hook(
    tmp_path: Path, make: Make, moment: str, before: list[dict[str, bytes]]
) -> None:
    for files in before:
        _record(make(tmp_path), files)

    def run() -> None:
        die_in_hook(tmp_path, moment)
        _record(make(tmp_path), NEW)

    killed(run)

    _assert_finished(tmp_path, make, before)


@pytest.mark.parametrize("make", [_local, _remote])
@pytest.mark.parametrize(
    ("word", "left"),
    [
        ("init", "mkdir -p .git/refs; touch .git/HEAD.lock"),
        ("init", "mkdir -p .git/refs; echo ref: refs/heads/main >.git/HEAD; touch .git/config.lock"),
        ("fast-import", "p=$(git rev-parse --git-dir)/objects/pack; mkdir -p $p; touch $p/tmp_pack_Ab12"),
    ],
)
def test_record_is_finished_after_git_was_killed_half_way(tmp_path: Path, make: Make, word: str, left: str) -> None:
    def run() -> None:
        die_as_git(tmp_path, word, left)
        _record(make(tmp_path), NEW)

    killed(run)

    _assert_finished(tmp_path, make, FIRST)


def _killed_while_it_shows(tmp_path: Path, files: dict[str, bytes], first: bool = True) -> None:
    """Git is killed when it has written file `a` of the work tree, and half of file `b`."""
    path = tmp_path / "repository"
    half = path / FOLDER / "b"
    if first:
        (path / ".git" / "info" / "attributes").write_text("b filter=die\n")
        (tmp_path / "half").write_bytes(files["b"][:100])
    command = f"rm -f {half}; cp {tmp_path / 'half'} {half}; kill -9 0"
    (tmp_path / "gitconfig").write_text(f'[filter "die"]\nsmudge = "{command}"\n')

    def run() -> None:
        os.environ["GIT_CONFIG_GLOBAL"] = str(tmp_path / "gitconfig")
        _record(_local(tmp_path), files)

    killed(run)
    assert half.read_bytes() == files["b"][:100]
    assert (path / ".git" / "index.lock").exists()


@pytest.mark.parametrize("times", [1, 2])
def test_work_tree_is_finished_after_a_kill_in_the_middle_of_a_file(tmp_path: Path, times: int) -> None:
    _record(_local(tmp_path), OLD)
    for _ in range(times):
        _killed_while_it_shows(tmp_path, NEW)

    _assert_finished(tmp_path, _local, SECOND)


def test_work_tree_is_finished_after_kills_of_several_records(tmp_path: Path) -> None:
    _record(_local(tmp_path), OLD)
    other = {"a": b"3\n", "c": b"4\n"}

    def run(files: dict[str, bytes]) -> None:
        die_in_hook(tmp_path, "reference-transaction committed *refs/heads/main*")
        _record(_local(tmp_path), files)

    killed(lambda: run({**OLD, "b": b"5\n"}))
    killed(lambda: run(other))

    _assert_finished(tmp_path, _local, [OLD, OLD, other])


def test_new_file_of_a_killed_record_goes_with_the_next_that_lacks_it(tmp_path: Path) -> None:
    """Git has written all files, and was killed before it told its index."""
    _record(_local(tmp_path), OLD)
    other = "export GIT_INDEX_FILE=.git/other; cp .git/index $GIT_INDEX_FILE"
    left = f"{other}; git checkout -q HEAD -- {FOLDER}; rm $GIT_INDEX_FILE; touch .git/index.lock"

    def run() -> None:
        die_as_git(tmp_path, "restore", left)
        _record(_local(tmp_path), {**OLD, "extra": b"z\n"})

    killed(run)
    assert (tmp_path / "repository" / FOLDER / "extra").exists()

    _assert_finished(tmp_path, _local, [OLD, OLD])


def test_edit_after_a_kill_is_not_lost(tmp_path: Path) -> None:
    _record(_local(tmp_path), OLD)
    _killed_while_it_shows(tmp_path, NEW)
    (tmp_path / "repository" / FOLDER / "c").write_bytes(b"mine\n")

    with pytest.raises(Conflict, match="alpha/c was changed by hand"):
        _record(_local(tmp_path), NEW)

    assert (tmp_path / "repository" / FOLDER / "c").read_bytes() == b"mine\n"


@pytest.mark.parametrize(
    ("added", "told"),
    [([], "alpha/mine is not committed"), (["add"], "alpha/mine was changed by hand")],
)
def test_new_file_of_somebody_after_a_kill_is_not_lost(tmp_path: Path, added: list[str], told: str) -> None:
    _record(_local(tmp_path), OLD)

    def run() -> None:
        die_in_hook(tmp_path, "reference-transaction committed *refs/heads/main*")
        _record(_local(tmp_path), NEW)

    killed(run)
    (tmp_path / "repository" / FOLDER / "mine").write_bytes(b"mine\n")
    for word in added:
        _git(word, f"{FOLDER}/mine", cwd=tmp_path / "repository")

    with pytest.raises(Conflict, match=told):
        _record(_local(tmp_path), {**NEW, "mine": b"ours\n"})

    assert (tmp_path / "repository" / FOLDER / "mine").read_bytes() == b"mine\n"


def test_shortened_file_is_an_edit_where_nothing_was_killed(tmp_path: Path) -> None:
    _record(_local(tmp_path), OLD)
    (tmp_path / "repository" / FOLDER / "a").write_bytes(b"1\n")

    with pytest.raises(Conflict, match="alpha/a was changed by hand"):
        _record(_local(tmp_path), NEW)


@pytest.mark.parametrize("later", [60, 3600])
def test_lock_of_somebody_who_commits_at_the_moment_is_left_to_him(tmp_path: Path, later: int) -> None:
    _record(_local(tmp_path), OLD)
    _killed_while_it_shows(tmp_path, NEW)
    lock = tmp_path / "repository" / ".git" / "index.lock"
    os.utime(lock, (lock.stat().st_mtime + later,) * 2)

    with pytest.raises(LaunchpadError, match=r"index.lock': File exists"):
        _record(_local(tmp_path), NEW)

    assert lock.exists()


@pytest.mark.parametrize("word", ["fast-import", "update-ref"])
def test_lock_of_the_index_is_left_where_the_killed_run_cannot_have_made_it(tmp_path: Path, word: str) -> None:
    _record(_local(tmp_path), OLD)

    def run() -> None:
        die_as_git(tmp_path, word, "touch .git/index.lock")
        _record(_local(tmp_path), NEW)

    killed(run)

    with pytest.raises(LaunchpadError, match=r"Another Git works in the repository .* or one was killed there"):
        _record(_local(tmp_path), NEW)
    assert (tmp_path / "repository" / ".git" / "index.lock").exists()


@pytest.mark.parametrize(
    "damage",
    [
        "rm HEAD",
        "rm -r objects",
        "touch refs/launchpad/main.lock",
        "for each in $(find objects -type f); do : >$each; done",
        "echo zzz >refs/launchpad/main",
        "mkdir ../moved; mv * ../moved",
        "echo [core >config",
    ],
)
def test_damaged_copy_is_made_anew(tmp_path: Path, damage: str) -> None:
    _record(_remote(tmp_path), OLD)
    _remote(tmp_path).fetch()
    (tmp_path / "cache.git" / "old").touch()
    subprocess.run(["sh", "-ec", f"chmod -R u+w .; {damage}"], check=True, cwd=tmp_path / "cache.git")

    _assert_finished(tmp_path, _remote, SECOND)


def test_damaged_copy_stays_while_the_original_cannot_be_had(tmp_path: Path) -> None:
    _record(_remote(tmp_path), OLD)
    (tmp_path / "cache.git" / "config").write_text("[core")
    (tmp_path / "remote.git" / "config").write_text("[core")

    with pytest.raises(LaunchpadError, match="bad config line"):
        _remote(tmp_path).fetch()

    assert (tmp_path / "cache.git" / "config").read_text() == "[core"


def test_broken_repository_of_the_root_never_leads_to_one_around_it(tmp_path: Path) -> None:
    _git("init", "--quiet", "--initial-branch=main", cwd=tmp_path)
    _record(_local(tmp_path), OLD)
    (tmp_path / "repository" / ".git" / "HEAD").write_text("")

    with pytest.raises(LaunchpadError, match="not a git repository"):
        _record(_local(tmp_path), NEW)

    assert _git("for-each-ref", cwd=tmp_path) == ""
