"""The commands of infrastructure.md and take-down.md do what these pages say, on a root that needs no registry."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from docs import run_page
from tests.conftest import Root
from tests.unit.small_infrastructure import BACKEND, NODE, make_repository, played_aws, real_tool

HOWTO = Path(__file__).parents[4] / "docs" / "howto"


def test_pages_make_a_cloud_and_take_it_down(root: Root, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_tool()
    page = "\n".join((HOWTO / name).read_text(encoding="utf-8") for name in ("infrastructure.md", "take-down.md"))
    parts = run_page.parts(run_page.blocks(page))
    folder = os.pathsep.join([str(Path(sys.executable).parent), root.environment["PATH"]])
    with played_aws(monkeypatch):
        path = make_repository(tmp_path / "moon", BACKEND, NODE)
        aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
        ran = run_page.run(page, parts, cwd=path, env={**root.environment, **aws, "PATH": folder},
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip

    assert ran.returncode == 0, ran.stdout
    assert parts == ["apply", "saved", "destroy"]
    assert "Makes:\n  terraform_data.node" in ran.stdout
    assert "is as terraform/ says: 1 to make is done." in ran.stdout
    assert "The plan is in first.tfplan, which only you can read" in ran.stdout
    assert not (path / "first.tfplan").exists()
    assert "Cluster moon-production: 1 objects are destroyed." in ran.stdout
