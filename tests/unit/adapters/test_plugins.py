"""The files of local plugins that are recorded."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor_launchpad.adapters import plugins
from tutor_launchpad.adapters.plugins import pinned_requirements, plugin_files, present_files
from tutor_launchpad.core.errors import Refused


@pytest.fixture
def plugins_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(plugins, "PLUGINS_ROOT", str(tmp_path))
    for name in ("one.py", "two.yml", "three/__init__.py", "three/templates/a.txt", "three/.git/objects/x", "off.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tmp_path / "three/.env").write_text("x")
    return tmp_path


def test_files_of_enabled_plugins_are_taken_without_hidden_ones(plugins_root: Path) -> None:
    assert sorted(plugin_files(["one", "two", "three"])) == [
        "one.py",
        "three/__init__.py",
        "three/templates/a.txt",
        "two.yml",
    ]


def test_file_that_is_no_text_is_refused(plugins_root: Path) -> None:
    (plugins_root / "three/logo.png").write_bytes(b"\x89PNG\x00\xff")

    with pytest.raises(Refused, match=r"three/logo\.png is no text"):
        plugin_files(["three"])


def test_tutor_and_plugins_are_pinned() -> None:
    names = [line.split("==")[0] for line in pinned_requirements(["drydock", "launchpad"])]

    assert names == ["tutor", "tutor-contrib-drydock", "tutor-launchpad"]


def test_what_is_in_the_place_of_wanted_files_is_found(plugins_root: Path) -> None:
    (plugins_root / "three/begun.py.new").write_text("half")
    (plugins_root / "folder.py").mkdir()

    found = present_files(["three"], ["three/begun.py", "off.py", "folder.py", "absent.py"])

    assert sorted(found) == ["folder.py", "off.py", "three/__init__.py", "three/templates/a.txt"]
