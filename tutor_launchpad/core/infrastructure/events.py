"""What OpenTofu and Terraform print with -json: a line for each thing that happens.

Values are never in these lines but for outputs, which are not read here, and what provisioners print, which is left out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from tutor_launchpad.core.types import Object

_DOING = {"create": "making", "update": "changing", "delete": "destroying", "replace": "replacing", "read": "reading"}
_DONE = {"create": "made", "update": "changed", "delete": "destroyed", "replace": "replaced", "read": "read"}
_COUNTED = ("create", "update", "delete", "replace")
MINUTE = 60
READ_AT_ONCE = 50


@dataclass(frozen=True)
class Diagnostic:
    """An error or a warning. `where`: the object, or the file and line, that it is about."""

    severity: str
    summary: str
    detail: str
    where: str

    def __str__(self) -> str:
        detail = " ".join(self.detail.split())
        parts = [part for part in (self.where, self.summary.rstrip("."), detail) if part]
        return ": ".join(parts)


@dataclass
class Listener:
    """Takes the lines of one run: what went wrong, what was done, and what to tell while it goes on."""

    total: int = 0
    diagnostics: list[Diagnostic] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    _read: int = 0

    @property
    def errors(self) -> list[Diagnostic]:
        """What made it fail; what follows from an interruption, and says nothing, is left out."""
        return [one for one in self.diagnostics if one.severity == "error" and one.summary != "execution halted"]

    def hear(self, line: str) -> str:
        """Take a line; returns what people may be told of it, or nothing."""
        event = _event(line)
        if event is None:
            self.other.append(line)
            return ""
        kind = event.get("type")
        if kind == "diagnostic":
            self.diagnostics.append(_diagnostic(event["diagnostic"]))
            return ""
        if kind in ("apply_start", "apply_progress", "apply_complete", "apply_errored"):
            return self._applied(str(kind), event["hook"])
        if kind == "refresh_complete":
            self._read += 1
            return f"read {self._read} objects" if self._read % READ_AT_ONCE == 0 else ""
        return ""

    def _applied(self, kind: str, hook: Object) -> str:
        address, action, seconds = hook["resource"]["addr"], str(hook["action"]), int(hook.get("elapsed_seconds", 0))
        if kind == "apply_start":
            return f"{_DOING.get(action, action)} {address}" if action in _COUNTED else ""
        if kind == "apply_progress":
            return (
                f"{_DOING.get(action, action)} {address} since {seconds // MINUTE} min" if seconds % MINUTE == 0 else ""
            )
        if kind == "apply_errored":
            return f"failed at {address}"
        if action not in _COUNTED:
            return ""
        self.done.append(f"{_DONE[action]} {address}")
        of = f" of {self.total}" if self.total else ""
        return f"{_DONE[action]} {address} ({len(self.done)}{of})"


def _event(line: str) -> Object | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "type" in event else None


def _diagnostic(told: dict[str, Any]) -> Diagnostic:
    place = told.get("range") or {}
    line = f"{place['filename']} line {place['start']['line']}" if place.get("filename") else ""
    where = str(told.get("address") or line)
    return Diagnostic(str(told.get("severity")), str(told.get("summary", "")), str(told.get("detail", "")), where)
