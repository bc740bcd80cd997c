"""Renders the packaged template of a cluster repository with copier."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import importlib_resources


def render_template(values: Mapping[str, Any], parts: Sequence[str]) -> dict[str, bytes]:
    """Path → content of each file that these parts of the template give; the same values give the same bytes."""
    from copier import Settings, run_copy

    with (
        importlib_resources.as_file(importlib_resources.files("tutor_launchpad") / "cluster_template") as template,
        tempfile.TemporaryDirectory() as folder,
    ):
        for part in parts:
            run_copy(
                str(template), folder, data={**values, "part": part}, settings=Settings(), defaults=True, quiet=True
            )
        return {str(path.relative_to(folder)): path.read_bytes() for path in _files(Path(folder))}


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
