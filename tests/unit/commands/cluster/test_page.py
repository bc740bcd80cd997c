"""The commands of docs/howto/new-cluster.md do what the page says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from docs import run_page
from tests.conftest import Root

PAGE = Path(__file__).parents[4] / "docs" / "howto" / "new-cluster.md"


def test_page_leads_to_a_repository_that_is_kept_current(root: Root, tmp_path: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    path = os.pathsep.join([str(Path(sys.executable).parent), root.environment["PATH"]])
    parts = run_page.parts(run_page.blocks(page))

    ran = run_page.run(page, parts, cwd=tmp_path, env={**root.environment, "PATH": path}, stdout=subprocess.PIPE,
                       stderr=subprocess.STDOUT)  # fmt: skip

    assert ran.returncode == 0, ran.stdout
    assert parts == ["create", "look", "change", "update"]
    assert "The repository of cluster moon-production is in" in ran.stdout
    assert "The template changes" in ran.stdout
    assert "nothing was changed" in ran.stdout
    assert (tmp_path / "moon" / "cluster" / "monitoring" / "alerts.yml").exists()
