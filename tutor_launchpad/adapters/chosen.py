"""What providers chose for an instance, in a file of the Tutor root, where work is done in this process.

In the cluster a Secret does the same, see `launchpad_workflows.chosen`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from tutor_launchpad.adapters.files import OWN, write_file
from tutor_launchpad.core.errors import LaunchpadError

FILE = OWN / "chosen.json"
_lock = Lock()


@dataclass(frozen=True)
class ChosenFile:
    """Values by key, which only the root's owner can read. The caller has the root's lock."""

    root: Path

    def read(self) -> Mapping[str, str]:
        """All of them; raises `LaunchpadError` where the file is damaged."""
        path = self.root / FILE
        try:
            content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        except (OSError, ValueError):
            content = None
        if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
            raise LaunchpadError(f"{path} cannot be read: move it away; the next `provision --local` makes new keys.")
        return content

    def keep(self, key: str, value: str) -> None:
        """One more, or another value; several threads may do so."""
        with _lock:
            write_file(self.root / FILE, json.dumps({**self.read(), key: value}, indent=2, sort_keys=True))

    def forget(self) -> None:
        """None is left."""
        (self.root / FILE).unlink(missing_ok=True)
