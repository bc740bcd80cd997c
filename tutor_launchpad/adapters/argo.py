"""Argo's own program, where it is installed."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from tutor_launchpad.adapters.processes import run
from tutor_launchpad.core.errors import NotFound

if TYPE_CHECKING:
    from launchpad_workflows.templates.common import TemplateParams


def lint(params: TemplateParams) -> str:
    """What the linter says of the templates; raises where it finds something, or is not there."""
    from launchpad_workflows.templates import BUILDERS
    from launchpad_workflows.templates.common import to_object

    if shutil.which("argo") is None:
        raise NotFound("The linter is the program argo, which is not in PATH: install Argo Workflows' command line.")
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for operation, build in BUILDERS.items():
            files.append(Path(folder, f"{operation}.yaml"))
            files[-1].write_text(yaml.safe_dump(to_object(build(params))), encoding="utf-8")
        return run(["argo", "lint", "--offline", "--no-color", *map(str, files)], timeout=60).decode().strip()
