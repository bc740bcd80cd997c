"""Programs of others that some tests use where they are there."""

from __future__ import annotations

import os
import shutil

import pytest


def find_program(name: str) -> str:
    """Its path, from LAUNCHPAD_TEST_BIN or PATH; else the test is skipped."""
    folder = os.environ.get("LAUNCHPAD_TEST_BIN", "")
    found = shutil.which(name, path=os.pathsep.join(filter(None, [folder, os.environ.get("PATH", "")])))
    if found is None:
        pytest.skip(f"{name} is neither in LAUNCHPAD_TEST_BIN nor in PATH")
    return found
