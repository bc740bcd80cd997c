"""Programs that hang where a test wants to do something meanwhile."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path


def hang(folder: Path, program: str, word: str) -> tuple[Path, Path]:
    """A program that hangs when it is called with a word: its folder, and the file that then holds its process."""
    folder.mkdir()
    script, pid = folder / program, folder / "pid"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in *{word}*) echo $$ >{pid}.new; mv {pid}.new {pid}; exec sleep 600 ;; esac\n'
        f'exec {shutil.which(program)} "$@"\n'
    )
    script.chmod(0o755)
    return folder, pid


def wait_for(there: Callable[[], bool]) -> None:
    """Until it is so, for a minute at most."""
    end = time.monotonic() + 60
    while not there():
        assert time.monotonic() < end, "it did not come so far"
        time.sleep(0.02)
