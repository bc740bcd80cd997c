"""Whatever has become of a config.yml, reading it gives settings or one sentence without anything of its text."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor_launchpad.adapters.config_file import read_user
from tutor_launchpad.core.errors import LaunchpadError


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"A: h1dden\nB: [h1dden\n", "is not valid YAML in line 3: correct it there.", id="open list"),
        pytest.param(b"A: h1dden\n\t- h1dden\n", "is not valid YAML in line 2", id="tab"),
        pytest.param(b'A: "h1dden\\q"\n', "is not valid YAML in line 1", id="escape"),
        pytest.param(b"A: !!python/name:os.h1dden\n", "is not valid YAML in line 1", id="Python object"),
        pytest.param(b"A: *h1dden\n", "is not valid YAML in line 1", id="alias of nothing"),
        pytest.param(b"A: h1dden\0\n", "is not valid YAML", id="zero byte"),
        pytest.param(b"[h1dden]: a\n", "is not valid YAML in line 1", id="list as name"),
        pytest.param("A: h1dden é\n".encode("latin-1"), "is not in UTF-8: save it in that encoding.", id="Latin-1"),
        pytest.param("A: h1dden\n".encode("utf-16"), "is not in UTF-8", id="UTF-16"),
        pytest.param(b"", "is empty, and with it the passwords of this root are lost: restore it", id="empty"),
        pytest.param(b"# h1dden\n", "is empty", id="only a comment"),
        pytest.param(b"- h1dden\n", "holds no settings: write each as a line NAME: value.", id="list"),
        pytest.param(b"h1dden\n", "holds no settings", id="text"),
        pytest.param(b"1: h1dden\n", "has a setting that is named by no text", id="number as name"),
    ],
)
def test_damaged_file_is_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "config.yml").write_bytes(content)

    with pytest.raises(LaunchpadError) as caught:
        read_user(tmp_path)

    assert str(caught.value).startswith(f"{tmp_path / 'config.yml'} {sentence}")
    assert "h1dden" not in str(caught.value)


def test_folder_in_its_place_is_told(tmp_path: Path) -> None:
    (tmp_path / "config.yml").mkdir()

    with pytest.raises(LaunchpadError, match=r"Cannot read .*config.yml: Is a directory."):
        read_user(tmp_path)


def test_file_that_may_not_be_read_is_told(tmp_path: Path, unprivileged: None) -> None:
    (tmp_path / "config.yml").write_text("A: 1\n")
    (tmp_path / "config.yml").chmod(0)

    with pytest.raises(LaunchpadError, match=r"Cannot read .*config.yml: Permission denied."):
        read_user(tmp_path)


def test_settings_are_read_and_none_where_there_is_no_file(tmp_path: Path) -> None:
    assert read_user(tmp_path) is None
    (tmp_path / "config.yml").write_text("A: é\nB: [1]\n", encoding="utf-8")

    assert read_user(tmp_path) == {"A": "é", "B": [1]}
