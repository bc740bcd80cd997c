"""What is installed, and what pip says where it fails."""

from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path

import pytest

from tutor_launchpad.adapters import packages
from tutor_launchpad.core.errors import LaunchpadError


def test_versions_of_what_is_there_are_found() -> None:
    assert packages.installed_versions(["pytest", "no-such-thing"]) == {"pytest": metadata.version("pytest")}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("ERROR: Could not find a version (from: 1, 2)\nERROR: No match for x==1.\nWARNING: y", "(No match for x==1)"),
        ("No module named pip", "(No module named pip)"),
        ("", "(it said nothing)"),
    ],
)
def test_failing_pip_is_one_sentence(monkeypatch: pytest.MonkeyPatch, said: str, told: str) -> None:
    program = [sys.executable, "-c", f"import sys; sys.exit(sys.stderr.write({said!r}) and 1 or 1)"]
    monkeypatch.setattr(packages, "install_command", lambda file: program)

    with pytest.raises(LaunchpadError, match="then check out again") as failed:
        packages.install(Path("requirements.txt"))

    assert told in str(failed.value)
