"""`cluster create` and `update` with plugins that change files, and an update that means something for data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tutor import hooks as tutor_hooks

from tests.unit.cluster_repositories import BASIC
from tests.unit.small_infrastructure import launchpad_cluster
from tutor_launchpad import hooks
from tutor_launchpad.core.cluster.answers import Answers
from tutor_launchpad.core.cluster.choices import option
from tutor_launchpad.core.errors import LaunchpadError, Refused

PLUGIN = tutor_hooks.Contexts.app("plugin-of-test")
GIVEN = [word for name, value in BASIC.items() for word in (option(name), value)]


@pytest.fixture(autouse=True)
def _own_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    yield
    hooks.CLUSTER_FILES.clear(context=PLUGIN.name)


def _plugin(text: bytes | None) -> None:
    """A plugin that adds a file; None: one that fails."""

    def add(files: dict[str, bytes], answers: Answers) -> dict[str, bytes]:
        assert text is not None, "hunter2"
        return {**files, "OWN.md": text}

    hooks.CLUSTER_FILES.clear(context=PLUGIN.name)
    with PLUGIN.enter():
        hooks.CLUSTER_FILES.add()(add)


def test_file_of_a_plugin_is_made_and_updated_and_stays_peoples_own(tmp_path: Path) -> None:
    path = tmp_path / "moon"
    _plugin(b"one\n\n\n\n\n\nend\n")
    made = launchpad_cluster("create", path, *GIVEN, "--provider", "existing")
    _plugin(b"two\n\n\n\n\n\nend\n")

    updated = launchpad_cluster("update", path)

    assert made.exit_code == updated.exit_code == 0, (made.output, updated.output)
    assert "  changes OWN.md\n" in updated.output
    assert (path / "OWN.md").read_text().startswith("two\n")


def test_plugin_that_fails_is_named_without_its_text(tmp_path: Path) -> None:
    _plugin(None)

    result = launchpad_cluster("create", tmp_path / "moon", *GIVEN, "--provider", "existing")

    assert isinstance(result.exception, LaunchpadError)
    assert "A plugin failed in the hook CLUSTER_FILES (AssertionError in" in str(result.exception)
    assert "hunter2" not in str(result.exception)
    assert not (tmp_path / "moon").exists()


def test_wrong_file_of_a_plugin_is_refused(tmp_path: Path) -> None:
    _plugin("text")  # type: ignore[arg-type]

    result = launchpad_cluster("create", tmp_path / "moon", *GIVEN, "--provider", "existing")

    assert isinstance(result.exception, Refused)
    assert not (tmp_path / "moon").exists()


def test_update_tells_what_comes_and_goes_and_what_it_means_for_data(tmp_path: Path) -> None:
    path = tmp_path / "moon"
    launchpad_cluster("create", path, *GIVEN, "--provider", "aws")

    text = launchpad_cluster("update", path, "--mysql", "none", "--with", "monitoring", "--no-commit").stdout

    assert "  adds    cluster/monitoring/alerts.yml\n" in text
    assert "  removes terraform/mysql.tf\n" in text
    assert "  changes terraform/outputs.tf\n" in text
    assert "FOR DATA IN THE CLOUD THIS MEANS" in text
    assert "  module.mysql is no longer described: an apply would destroy it with its data.\n" in text


def test_update_tells_programs_the_same(tmp_path: Path) -> None:
    path = tmp_path / "moon"
    launchpad_cluster("create", path, *GIVEN, "--provider", "aws")

    result = json.loads(launchpad_cluster("update", path, "--mysql", "none", "--output", "json").stdout)

    assert (result["removed"], result["added"]) == (["terraform/mysql.tf"], [])
    assert [line.split()[0] for line in result["data"]] == ["module.mysql"]
