"""The package of docs/howto/own-resource.md: `python -m tests.own_resource FOLDER` writes it, to be installed in an image.

There it asks for this project with the worker's libraries, so that one installation makes a whole worker; `PIP_FIND_LINKS` says
where its wheel is.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from docs.run_page import Block, blocks

PROJECT = Path(__file__).parents[1]
PAGE = PROJECT / "docs" / "howto" / "own-resource.md"
NAME = "tutor-vhosts"
_BUILD = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
_VERSION = 'version = "1.0.0"\n'


def package() -> list[Block]:
    """Its files."""
    return [one for one in blocks(PAGE.read_text(encoding="utf-8")) if one.part in ("package", "image")]


def write(folder: Path) -> Path:
    """Put the files below a folder; the package's own."""
    for one in package():
        file = folder / one.note
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(one.text, encoding="utf-8")
    return folder / NAME


def install(folder: Path) -> Path:
    """The package as pip installs it, in a folder to be added to the path of modules."""
    source = write(folder / "source")
    subprocess.run([sys.executable, "-c", _BUILD, str(folder)], cwd=source, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def main(folder: Path) -> None:
    """See the module."""
    project = write(folder) / "pyproject.toml"
    text = project.read_text(encoding="utf-8")
    needs = f'{_VERSION}dependencies = ["tutor-launchpad[worker]"]\n'
    project.write_text(text.replace(_VERSION, needs), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
