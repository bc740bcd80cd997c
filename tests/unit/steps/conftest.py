"""A root whose deploy would go through, made once: generating its keys takes time."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.in_process import make_root


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root; a test that changes its settings takes a copy."""
    return make_root(tmp_path_factory.mktemp("template") / "root")


@pytest.fixture
def copied(tmp_path: Path, template: Path) -> Path:
    """The same root for one test."""
    (tmp_path / "config.yml").write_bytes((template / "config.yml").read_bytes())
    return tmp_path
