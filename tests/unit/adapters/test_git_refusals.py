"""Repositories on this machine that cannot be used, as people leave them: one sentence each, and nothing is written."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath

import pytest

from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_explained import explained
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.adapters.processes import ProcessFailed
from tutor_launchpad.core.errors import LaunchpadError

FOLDER = PurePosixPath("instances/moon")


def _git(path: Path, *words: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(["git", *identity, *words], cwd=path, check=True, capture_output=True)


def _committed(path: Path) -> None:
    path.mkdir()
    _git(path, "init", "--quiet", "--initial-branch=main")
    (path / "a").write_text("a")
    _git(path, "add", ".")
    _git(path, "commit", "--quiet", "--message=a")


def _spoilt_objects(path: Path) -> None:
    _committed(path)
    for item in (path / ".git" / "objects").glob("??/*"):
        item.chmod(0o600)
        item.write_bytes(b"x")


def _no_objects(path: Path) -> None:
    _committed(path)
    for item in (path / ".git" / "objects").glob("??/*"):
        item.unlink()


def _missing_blob(path: Path) -> None:
    path.mkdir()
    _git(path, "init", "--quiet", "--initial-branch=main")
    (path / FOLDER).mkdir(parents=True)
    (path / FOLDER / "launchpad.json").write_text("{}")
    _git(path, "add", ".")
    _git(path, "commit", "--quiet", "--message=a")
    blob = subprocess.run(
        ["git", "rev-parse", f"HEAD:{FOLDER}/launchpad.json"], cwd=path, capture_output=True, check=True
    )
    name = blob.stdout.decode().strip()
    (path / ".git" / "objects" / name[:2] / name[2:]).unlink()


def _with(name: str, text: str) -> Callable[[Path], None]:
    def make(path: Path) -> None:
        _committed(path)
        (path / ".git" / name).write_text(text)

    return make


def _files_of_others(path: Path) -> None:
    path.mkdir()
    (path / "letter.txt").write_text("dear")


def _file(path: Path) -> None:
    path.write_text("a")


def _record(path: Path) -> None:
    repository = Repository(str(path), "main", path, "", Runner(str(path)))
    repository.files(FOLDER, repository.fetch())
    repository.record(FOLDER, {"a.yml": b"a"}, "Add", allowed=lambda parent: None)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(_file, "is a file, not a Git repository", id="file"),
        pytest.param(_files_of_others, "holds files and is no Git repository: set LAUNCHPAD_REPOSITORY", id="files"),
        pytest.param(_with("HEAD", "x"), "is damaged (not a git repository", id="HEAD"),
        pytest.param(_with("config", "[core"), "Git cannot read its settings (bad config line", id="config"),
        pytest.param(_spoilt_objects, "is damaged (", id="spoilt objects"),
        pytest.param(_no_objects, "is damaged (", id="no objects"),
        pytest.param(_missing_blob, "is damaged, an object of launchpad.json is missing", id="missing blob"),
        pytest.param(_with("index.lock", ""), "Another Git works in the repository", id="index.lock"),
        pytest.param(_with("refs/heads/main.lock", ""), "Another Git works in the repository", id="main.lock"),
    ],
)
def test_repository_that_cannot_be_used_is_one_sentence(
    tmp_path: Path, make: Callable[[Path], None], sentence: str
) -> None:
    make(tmp_path / "repository")

    with pytest.raises(LaunchpadError) as caught:
        _record(tmp_path / "repository")

    assert sentence in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_files_of_others_stay_as_they_are(tmp_path: Path) -> None:
    _files_of_others(tmp_path / "folder")

    with pytest.raises(LaunchpadError):
        _record(tmp_path / "folder")

    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["letter.txt"]


def test_repository_that_may_not_be_written_is_told(tmp_path: Path, unprivileged: None) -> None:
    _committed(tmp_path / "repository")
    (tmp_path / "repository" / ".git").chmod(0o500)

    try:
        with pytest.raises(LaunchpadError, match=r"Cannot write to the repository's folder .*Permission denied"):
            _record(tmp_path / "repository")
    finally:
        (tmp_path / "repository" / ".git").chmod(0o700)


def test_full_disk_is_told_and_the_next_record_goes_through(
    tmp_path: Path, full_disk: Callable[[int], AbstractContextManager[None]]
) -> None:
    _committed(tmp_path / "repository")

    with full_disk(0), pytest.raises(LaunchpadError, match=r"Cannot write to the repository's lock .*File too large"):
        _record(tmp_path / "repository")
    _record(tmp_path / "repository")

    assert (tmp_path / "repository" / FOLDER).is_dir()


def test_detached_head_and_edits_elsewhere_stand_in_nobodys_way(tmp_path: Path) -> None:
    _committed(tmp_path / "repository")
    _git(tmp_path / "repository", "checkout", "--quiet", "--detach")
    (tmp_path / "repository" / "a").write_text("edited")

    _record(tmp_path / "repository")

    assert (tmp_path / "repository" / "a").read_text() == "edited"


@pytest.mark.parametrize(
    ("stderr", "sentence"),
    [
        ("fatal: detected dubious ownership in repository at '/x'\nTo add an exception …", "safe.directory /x"),
        (
            "fatal: unable to write loose object file: No space left on device",
            "There is no room left for the repository",
        ),
        ("error: copy-fd: write returned: Disk quota exceeded", "There is no room left"),
        ("fatal: unable to write new index file: Read-only file system", "You may not write to the repository /x"),
        ("error: unknown option `initial-branch=main'", "Git is too old here"),
    ],
)
def test_words_of_git_become_one_sentence(stderr: str, sentence: str) -> None:
    error = explained(ProcessFailed(["git", "status"], 128, stderr), "/x")

    assert sentence in str(error)
    assert (error.status, error.stderr) == (128, stderr)


def test_other_words_of_git_stay_as_they_are() -> None:
    error = ProcessFailed(["git", "status"], 128, "fatal: something new")

    assert explained(error, "/x") is error
