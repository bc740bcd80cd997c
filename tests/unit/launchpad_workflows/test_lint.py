"""Argo Workflows' own linter takes our templates, and its custom resources have no field less than they use."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from tests.unit.launchpad_workflows.regenerate import GOLDEN
from tests.unit.programs import find_program

TEMPLATES = sorted(GOLDEN.glob("workflowtemplate-*.yaml"))


def _lint(*files: Path) -> subprocess.CompletedProcess[str]:
    command = [find_program("argo"), "lint", "--offline", "--no-color", *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_templates_pass_the_linter() -> None:
    ran = _lint(*TEMPLATES)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "no linting errors found" in ran.stdout


@pytest.mark.parametrize(
    ("part", "message"),
    [({"templatess": []}, "unknown field"), ({"entrypoint": "nothing"}, "nothing")],
    ids=["unknown field", "unknown template"],
)
def test_wrong_template_is_found(tmp_path: Path, part: dict[str, object], message: str) -> None:
    template = yaml.safe_load(TEMPLATES[0].read_text(encoding="utf-8"))
    template["spec"].update(part)
    (tmp_path / "template.yaml").write_text(yaml.safe_dump(template))

    ran = _lint(tmp_path / "template.yaml")

    assert ran.returncode != 0
    assert message in ran.stdout + ran.stderr
