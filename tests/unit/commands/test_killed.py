"""A whole deploy is killed before each thing that it does outside of its memory; the next one finishes it."""

from __future__ import annotations

import os
import random
import secrets
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
import yaml

from tests.unit.in_process import make_root
from tests.unit.killing import Effects, finished, killed
from tutor_launchpad.commands.running import deploy
from tutor_launchpad.steps.deployment import Options
from tutor_launchpad.steps.target import Wish

LACKING = ("LAUNCHPAD_SEAL_KEY", "OPENEDX_MYSQL_PASSWORD")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root some of whose passwords are still to be generated."""
    root = make_root(tmp_path_factory.mktemp("template") / "root", PLATFORM_NAME="Lunar Academy")
    content = yaml.safe_load((root / "config.yml").read_text())
    (root / "config.yml").write_text(
        yaml.safe_dump({name: value for name, value in content.items() if name not in LACKING})
    )
    return root


def _deploy(root: Path) -> None:
    tempfile.tempdir = os.environ["TMPDIR"] = str(root.with_name("temporary"))
    Path(tempfile.tempdir).mkdir(exist_ok=True)
    secrets.choice = random.Random(1).choice  # in a process of its own: each run would generate the same passwords
    deploy(root, Options(), Wish(no_cluster=True), "text")


def _state(root: Path) -> dict[str, object]:
    """All that a deploy leaves."""
    repository = root / "launchpad" / "repository"

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=repository, check=True, capture_output=True, text=True).stdout

    head = git("rev-parse", "main").strip()
    files = [path for path in root.rglob("*") if ".git" not in path.relative_to(root).parts]
    return {
        "config": yaml.safe_load((root / "config.yml").read_text()),
        "tree": git("rev-parse", "main^{tree}"),
        "commits": git("rev-list", "--count", "main"),
        "edits": git("status", "--porcelain"),
        "references": git("for-each-ref", "--format=%(refname)"),
        "locks": [path.name for path in (repository / ".git").rglob("*.lock")],
        "temporary": list(root.with_name("temporary").iterdir()),
        "files": {path.relative_to(root): _text(path).replace(head, "HEAD") for path in files},
    }


def _text(path: Path) -> str:
    """What is in a file that tells nothing of the process that wrote it."""
    return path.read_text() if path.is_file() and path.name != "lock" else ""


def _whole(template: Path, root: Path, log: Path) -> tuple[list[str], dict[str, object]]:
    """The effects of a deploy that nobody kills, and what it leaves."""
    shutil.copytree(template, root)

    def run() -> None:
        Effects(root, log=log.with_name("effects")).watch()
        _deploy(root)

    finished(run, log)
    return log.with_name("effects").read_text().splitlines(), _state(root)


FEW = {
    "open .gitignore": True,
    "open config.yml.new": True,
    "os.rename config.yml.new": False,
    "kubectl kubectl": False,
    "open instance.json.new": True,
    "git init": False,
    "git fast-import": False,
    "git update-ref": False,
    "git restore": False,
}
"""Effects, and whether the file is opened before the kill."""


@pytest.mark.parametrize("thorough", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["some", "all"])
def test_deploy_is_finished_after_a_kill_at_an_effect(template: Path, tmp_path: Path, thorough: bool) -> None:
    root, log = tmp_path / "root", tmp_path / "log"
    names, whole = _whole(template, root, log)
    assert set(FEW) <= set(names)
    every = [(number, half) for number, name in enumerate(names) for half in {False, name.startswith("open")}]
    for number, half in every if thorough else [(names.index(name), half) for name, half in FEW.items()]:
        shutil.rmtree(root)
        shutil.copytree(template, root)

        def run(number: int = number, half: bool = half) -> None:
            Effects(root, number, half).watch()
            _deploy(root)

        killed(run)
        finished(lambda: _deploy(root), log)

        assert _state(root) == whole, f"killed {'in' if half else 'before'} {names[number]}"
