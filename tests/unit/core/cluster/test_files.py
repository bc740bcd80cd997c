"""Files of a cluster repository that plugins have changed."""

from __future__ import annotations

from typing import Any

import pytest

from tutor_launchpad.core.cluster.files import checked_files
from tutor_launchpad.core.errors import Refused

RENDERED = {"cluster.yml": b"name: moon\n", "README.md": b"# Moon\n", "instances/README.md": b"\n"}


def test_files_are_added_changed_and_taken_away() -> None:
    files = {"cluster.yml": b"name: moon\n", "instances/README.md": b"other\n", "docs/own.md": b"own\n"}

    assert checked_files(files, RENDERED) == files


@pytest.mark.parametrize(
    ("path", "content", "problem"),
    [
        ("/etc/passwd", b"", "which is no plain path below the repository"),
        ("a/../../b", b"", "which is no plain path below the repository"),
        ("./a", b"", "which is no plain path below the repository"),
        ("", b"", "which is no plain path below the repository"),
        ("a", "text", "which is to be a path and its content in bytes"),
        (3, b"", "which is to be a path and its content in bytes"),
        (".git/hooks/pre-commit", b"", "but what is below .git is not the template's"),
        (".launchpad/template/x", b"", "but what is below .launchpad is not the template's"),
        ("instances/first/config.yml", b"", "but what is below instances is not the template's"),
        ("cluster.yml", b"name: sun\n", "but the answers are changed on the command line, not by plugins"),
    ],
)
def test_file_that_cannot_be_is_refused(path: Any, content: Any, problem: str) -> None:
    with pytest.raises(Refused) as caught:
        checked_files({**RENDERED, path: content}, RENDERED)

    assert str(caught.value) == f"A plugin gives, with the hook CLUSTER_FILES, the file {path!r}, {problem}."


def test_answers_have_to_stay() -> None:
    with pytest.raises(Refused, match=r"A plugin takes cluster.yml away"):
        checked_files({"README.md": b""}, RENDERED)
