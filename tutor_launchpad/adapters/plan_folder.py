"""Where a plan is while it is needed. Plans hold secrets, so what a killed run has left goes with the next one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START = "launchpad-plan-"


@contextmanager
def plan_folder(root: Path) -> Iterator[Path]:
    """A folder of this process alone, that only we can read, among Terraform's own files, which Git ignores."""
    place = root / ".terraform"
    place.mkdir(exist_ok=True)
    for left in place.glob(f"{START}*"):
        if not _lives(left.name.removeprefix(START)):
            shutil.rmtree(left, ignore_errors=True)
    folder = place / f"{START}{os.getpid()}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _lives(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:  # another user's
        pass
    return True
