"""The hosted workflows are valid, pinned, and may do little; what they name exists."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from docs import run_page
from tests.unit.programs import find_program

PROJECT = Path(__file__).parents[2]
FILES = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
TABLE = re.findall(r"`(\w+)`", (PROJECT / "tests" / "cluster" / "README.md").read_text(encoding="utf-8"))

PUBLISHES = {
    "release.yml": {
        "image": {"contents": "read", "packages": "write"},
        "release": {"contents": "write", "packages": "write"},
    }
}
"""What jobs may do beyond reading."""

each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


def _jobs(file: Path) -> dict[str, dict[str, Any]]:
    jobs: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"]
    return jobs


def _runs(file: Path) -> str:
    """All shell text of a workflow."""
    return "\n".join(step.get("run", "") for job in _jobs(file).values() for step in job["steps"])


def test_there_are_workflows() -> None:
    assert FILES


@each_file
def test_workflow_passes_actionlint(file: Path) -> None:
    ran = subprocess.run(
        [find_program("actionlint"), "-no-color", str(file)], capture_output=True, text=True, check=False, timeout=60
    )

    assert (ran.returncode, ran.stdout) == (0, "")


def test_workflow_that_is_shown_passes_actionlint(tmp_path: Path) -> None:
    page = (PROJECT / "docs" / "howto" / "ci.md").read_text(encoding="utf-8")
    (shown,) = [one for one in run_page.blocks(page) if one.part == "workflow"]
    (tmp_path / "shown.yml").write_text(shown.text)

    test_workflow_passes_actionlint(tmp_path / "shown.yml")


@each_file
def test_action_is_pinned_by_commit_and_names_its_version(file: Path) -> None:
    uses = re.findall(r"uses: (.+)", file.read_text(encoding="utf-8"))

    assert uses
    assert [line for line in uses if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_action_is_pinned_alike_everywhere() -> None:
    uses = {line for file in FILES for line in re.findall(r"uses: (.+)", file.read_text(encoding="utf-8"))}
    names = [line.split("@")[0] for line in uses]

    assert sorted(set(names)) == sorted(names)


@each_file
def test_workflow_only_does_what_it_is_for_and_ends_in_time(file: Path) -> None:
    workflow = yaml.safe_load(file.read_text(encoding="utf-8"))

    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"] == "${{ github.workflow }}-${{ github.ref }}"
    for name, job in workflow["jobs"].items():
        assert 0 < job["timeout-minutes"] <= 120, name
        assert job.get("permissions") == PUBLISHES.get(file.name, {}).get(name), name
        assert not job["runs-on"].endswith("-latest"), name
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False, name
    assert "secrets." not in file.read_text(encoding="utf-8")


@each_file
def test_tox_environment_exists(file: Path) -> None:
    tox = (PROJECT / "tox.ini").read_text(encoding="utf-8")
    known = set(re.findall(r"^    (\w+): [a-z]", tox, re.MULTILINE))
    named = set(re.findall(r"\btox -e (\w+)", _runs(file)))
    parts = {part for job in _jobs(file).values() for part in job.get("strategy", {}).get("matrix", {}).get("part", [])}

    assert named | parts <= known
    assert parts or named


@each_file
def test_settings_are_those_of_the_tests(file: Path) -> None:
    named = set(re.findall(r"\bLAUNCHPAD_TEST_\w+", file.read_text(encoding="utf-8")))

    assert named <= set(TABLE)


@each_file
def test_downloads_are_checked(file: Path) -> None:
    """What a shell fetches by itself is compared with a digest; `go install` and pip check on their own."""
    for job in _jobs(file).values():
        for step in job["steps"]:
            if re.search(r"\b(curl|wget)\b", step.get("run", "")):
                assert "sha256sum --check" in step["run"]
