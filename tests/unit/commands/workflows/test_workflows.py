"""`tutor launchpad workflows …` without a cluster."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.unit.in_process import make_root, write
from tests.unit.programs import find_program
from tutor_launchpad.commands import launchpad


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    return make_root(tmp_path / "root", LAUNCHPAD_WORKER_IMAGE="registry.example/worker:1")


def run(root: Path, *words: str) -> Result:
    return CliRunner().invoke(launchpad, ["workflows", *words], obj=SimpleNamespace(root=root))


def test_every_template_is_rendered_with_its_accounts(root: Path) -> None:
    objects = list(yaml.safe_load_all(run(root, "render").stdout))

    templates = {one["metadata"]["name"] for one in objects if one["kind"] == "WorkflowTemplate"}
    operations = ("provision", "verify", "rotate", "deprovision", "inspect", "check")
    assert templates == {f"launchpad-{operation}" for operation in operations}
    assert {one["kind"] for one in objects} > {"ServiceAccount", "Role", "RoleBinding"}
    assert "registry.example/worker:1" in str(objects)


@pytest.mark.parametrize("verb", ["render", "lint", "register", "list", "remove"])
def test_nothing_works_without_an_image(root: Path, verb: str) -> None:
    write(root, LAUNCHPAD_WORKER_IMAGE="")

    assert "LAUNCHPAD_WORKER_IMAGE is not set" in str(run(root, verb).exception)


@pytest.mark.parametrize("verb", ["register", "list", "remove"])
def test_missing_cluster_is_told(root: Path, verb: str) -> None:
    result = run(root, verb)

    assert result.exit_code == 1
    assert "There is no cluster: name one with --context, or set KUBECONFIG." in str(result.exception)


def test_linter_that_is_not_there_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(root))

    assert "The linter is the program argo, which is not in PATH" in str(run(root, "lint").exception)


def test_linter_takes_the_templates(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(Path(find_program("argo")).parent))

    assert "no linting errors found" in run(root, "lint").stdout
