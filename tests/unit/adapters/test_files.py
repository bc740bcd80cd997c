"""Files and folders that are whole or not there, whenever a run is killed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tutor_launchpad.adapters.files import make_own_folder, replace_file, scratch
from tutor_launchpad.core.errors import LaunchpadError

KILLED = """
import os, signal, sys
from pathlib import Path
from tutor_launchpad.adapters import files
folder = Path(sys.argv[1])
"""


def _killed(folder: Path, code: str) -> None:
    """Run until the code kills its own process."""
    ran = subprocess.run([sys.executable, "-c", KILLED + code, str(folder)], check=False, stderr=subprocess.PIPE)
    assert ran.returncode == -9, ran.stderr


def test_own_folder_is_ours_alone_and_ignored_by_git(tmp_path: Path) -> None:
    folder = make_own_folder(tmp_path)

    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"


def test_own_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "launchpad").write_text("a file")

    with pytest.raises(LaunchpadError, match=r"Cannot write to .*launchpad"):
        make_own_folder(tmp_path)


def test_empty_list_of_what_git_ignores_is_mended(tmp_path: Path) -> None:
    (make_own_folder(tmp_path) / ".gitignore").write_text("")

    make_own_folder(tmp_path)

    assert (tmp_path / "launchpad" / ".gitignore").read_text() == "*\n"


def test_killed_while_it_writes_leaves_the_old_content(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("old")

    _killed(
        tmp_path,
        "os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)\nfiles.replace_file(folder / 'file', 'new')",
    )

    assert (tmp_path / "file").read_text() == "old"
    replace_file(tmp_path / "file", "new")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"file": "new"}


def test_new_content_keeps_link_and_rights(tmp_path: Path) -> None:
    (tmp_path / "there").write_text("old")
    (tmp_path / "there").chmod(0o640)
    (tmp_path / "link").symlink_to("there")

    replace_file(tmp_path / "link", "new", keep_rights=True)
    replace_file(tmp_path / "fresh", "x", keep_rights=True)

    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there").read_text() == "new"
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("there", "fresh")] == [0o640, 0o600]


def test_scratch_of_a_killed_run_is_removed_and_that_of_a_running_one_stays(tmp_path: Path) -> None:
    _killed(
        tmp_path, "with files.scratch(folder) as path: (path / 'key').touch(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    (abandoned,) = (tmp_path / "scratch").iterdir()

    with scratch(tmp_path) as first, scratch(tmp_path) as second:
        kept = set((tmp_path / "scratch").iterdir())

    assert kept == {first, second}
    assert abandoned not in kept
    assert list((tmp_path / "scratch").iterdir()) == []


def test_scratch_that_was_taken_for_abandoned_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter([tmp_path / "scratch" / "removed", tmp_path / "scratch" / "kept"])

    def make(dir: Path) -> str:
        path = next(made)
        if path.name == "kept":
            path.mkdir()
        return str(path)

    monkeypatch.setattr("tempfile.mkdtemp", make)

    with scratch(tmp_path) as path:
        assert path.name == "kept"


def test_scratch_beside_a_file_is_the_systems(tmp_path: Path) -> None:
    (tmp_path / "scratch").write_text("in the way")

    with scratch(tmp_path) as path:
        (path / "key").touch()

    assert not path.is_relative_to(tmp_path / "scratch")
    assert not path.exists()


def test_no_folder_to_render_into_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "scratch").write_text("a file")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))

    with pytest.raises(LaunchpadError, match=r"has a folder to render into .*: set TMPDIR to one"), scratch(tmp_path):
        pass
