"""The folder that stands in for the registries of providers and modules, and for GitHub."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.unit.cluster_template.registries import mirrored
from tests.unit.small_infrastructure import real_tool

ROOT = """
module "registered" {
  source  = "moon/buggy/aws"
  version = "~> 1.2"
}

module "cloned" {
  source = "git::https://github.com/moon/terraform-aws-buggy.git//wheel?ref=v1.2.0"
}
"""


def _git(*arguments: str, cwd: Path) -> None:
    environment = {
        **os.environ,
        **{f"GIT_{who}_{what}": "tester@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
    }
    subprocess.run(["git", *arguments], cwd=cwd, check=True, capture_output=True, timeout=60, env=environment)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With one module in three versions, and no provider."""
    work = tmp_path / "mirror" / "github.com" / "moon" / "terraform-aws-buggy.git"
    (work / "wheel").mkdir(parents=True)
    (work / "main.tf").touch()
    (work / "wheel" / "main.tf").touch()
    _git("init", "--quiet", cwd=work)
    _git("add", ".", cwd=work)
    _git("commit", "--quiet", "--message=Roll", cwd=work)
    for tag in ("v1.2.0", "v1.3.1", "v2.0.0", "nightly"):
        _git("tag", tag, cwd=work)
    return tmp_path / "mirror"


def _init(folder: Path, root: str, scratch: Path) -> subprocess.CompletedProcess[str]:
    (scratch / "main.tf").write_text(root)
    with mirrored(folder, scratch) as environment:
        return subprocess.run([real_tool(), "init", "-no-color"], cwd=scratch, capture_output=True, text=True, check=False,
                              timeout=120, env={**os.environ, **environment})  # fmt: skip


def test_modules_come_from_the_folder(folder: Path, tmp_path: Path) -> None:
    ran = _init(folder, ROOT, tmp_path)

    assert ran.returncode == 0, ran.stderr
    assert "moon/buggy/aws 1.3.1 for registered" in ran.stdout
    assert (tmp_path / ".terraform" / "modules" / "cloned" / "wheel" / "main.tf").is_file()


@pytest.mark.parametrize(
    ("root", "missing"),
    [
        (ROOT.replace("moon/buggy/aws", "moon/rover/aws"), "cannot be found in the module registry"),
        ('resource "random_id" "one" {\n  byte_length = 1\n}\n', "hashicorp/random"),
    ],
    ids=["module", "provider"],
)
def test_what_the_folder_lacks_comes_from_nowhere_else(folder: Path, tmp_path: Path, root: str, missing: str) -> None:
    ran = _init(folder, root, tmp_path)

    assert ran.returncode == 1
    assert missing in " ".join(ran.stderr.split())
