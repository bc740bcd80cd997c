"""The generated Terraform by its own programs, with the real providers and modules, where these are to be had."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.cluster_repositories import GIVEN, rendered, write
from tests.unit.cluster_template.registries import SETTING, mirrored, registries_answer
from tutor_launchpad.core.infrastructure.tools import REGISTRIES, TITLES

FEW = ("bare", "everything")
Says = Callable[[str, object], None]


each_root = pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[] if name.endswith(FEW) else pytest.mark.slow)
        for name in GIVEN
        if not name.startswith("existing")
    ],
)
each_tool = pytest.mark.parametrize("tool", TITLES)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    """Where providers and modules come from, in words and as an environment; without words from nowhere."""
    folder = os.environ.get(SETTING, "")
    if folder:
        with mirrored(Path(folder), tmp_path_factory.mktemp("mirror")) as environment:
            yield folder, environment
    elif registries_answer():
        cache = {"TF_PLUGIN_CACHE_DIR": str(tmp_path_factory.mktemp("cache"))}
        yield "the registries", {**cache, "TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE": "1"}
    else:
        yield "", {}


@pytest.fixture
def run(tool: str, source: tuple[str, dict[str, str]], record_property: Says) -> Callable[..., tuple[int, str]]:
    """The program with these providers; where there is one thing missing, the static check was all, and this says so."""
    where, environment = source
    program = shutil.which(tool)
    missing = f"{SETTING} is not set and the registries do not answer" if not where else ""
    if where and where != "the registries" and not (Path(where) / REGISTRIES[tool]).is_dir():
        missing = f"there is no {REGISTRIES[tool]} in {where}"
    if not program or missing:
        why = missing or f"{tool} is not in PATH"
        record_property("said", f"Terraform roots, {TITLES[tool]}: the static check alone, as {why}")
        pytest.skip(f"{tool}: {why}")
    record_property("said", f"Terraform roots, {TITLES[tool]}: init and validate, providers from {where}")

    def run_it(folder: Path, *arguments: str) -> tuple[int, str]:
        ran = subprocess.run([program, *arguments, "-no-color"], cwd=folder, capture_output=True, text=True, check=False,
                             timeout=600, env={**os.environ, **environment})  # fmt: skip
        return ran.returncode, ran.stdout + ran.stderr

    return run_it


def _root(name: str, folder: Path) -> Path:
    files = {path: text for path, text in rendered(name).items() if path.startswith("terraform/")}
    return write(files, folder) / "terraform"


@each_tool
@each_root
def test_root_is_valid(name: str, run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    folder = _root(name, tmp_path)

    initialised = run(folder, "init", "-backend=false", "-input=false")
    validated = run(folder, "validate")

    assert initialised[0] == 0, initialised[1]
    assert validated[0] == 0, validated[1]
    assert "Success! The configuration is valid." in validated[1]


@each_tool
def test_fault_in_root_is_found(run: Callable[..., tuple[int, str]], tmp_path: Path) -> None:
    folder = _root("digitalocean-bare", tmp_path)
    (folder / "fault.tf").write_text('resource "digitalocean_tag" "fault" {\n  nam = "fault"\n}\n')
    run(folder, "init", "-backend=false", "-input=false")

    status, output = run(folder, "validate")

    assert status == 1
    assert 'An argument named "nam" is not expected here' in output
