"""Programs that ask for JSON get JSON also where a command fails: the sentence, its kind, and status 1."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from tests.unit.in_process import make_root
from tutor_launchpad.commands import launchpad
from tutor_launchpad.core.errors import LaunchpadError, Refused

SENTENCE = "LAUNCHPAD_BRANCH 'a..b' is not a branch name that Git takes."


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with a setting that nothing goes on with."""
    return make_root(tmp_path_factory.mktemp("failing") / "root", LAUNCHPAD_BRANCH="a..b")


@pytest.mark.parametrize("words", ["deploy", "plan", "status", "provision --local", "server list"])
def test_error_is_one_json_document_on_standard_output(root: Path, tmp_path: Path, words: str) -> None:
    (tmp_path / "config.yml").write_bytes((root / "config.yml").read_bytes())  # a command locks its root until it ends
    given = [*words.split(), "--output", "json", *([] if "local" in words else ["--no-cluster"])]

    result = CliRunner().invoke(launchpad, given, obj=SimpleNamespace(root=str(tmp_path)))

    assert isinstance(result.exception, Refused)
    assert json.loads(result.stdout)["error"] == {"kind": "Refused", "message": SENTENCE, "problems": [SENTENCE]}


def test_text_has_nothing_on_standard_output(root: Path) -> None:
    result = CliRunner().invoke(launchpad, ["plan", "--no-cluster"], obj=SimpleNamespace(root=str(root)))

    assert isinstance(result.exception, LaunchpadError)
    assert result.stdout == ""


@pytest.mark.parametrize(
    "words",
    ["deploy --nosuch", "deploy extra", "nosuch", "deploy --timeout nan", "deploy --timeout inf",
     "deploy --timeout -1", "deploy --timeout soon",
     "deploy --timeout 0", "deploy --output xml", "deploy --context ''", "plan --context a --no-cluster",
     "deploy --context a --no-cluster", "provision --context a --local", "provision --resource redis",
     "server add mysql a --user b --password-file -", "server remove"],
)  # fmt: skip
def test_wrong_usage_ends_with_status_2(root: Path, words: str) -> None:
    result = CliRunner().invoke(
        launchpad, [word.strip("'") for word in words.split()], obj=SimpleNamespace(root=str(root))
    )

    assert result.exit_code == 2, result.output
    assert "Error: " in result.stderr
    assert result.stdout == ""
