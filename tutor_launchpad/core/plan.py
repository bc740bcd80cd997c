"""What a deploy would change, as data and as text; everything here is public already."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

ADDED, CHANGED, REMOVED = "add", "update", "remove"
_LISTED = 12


@dataclass(frozen=True)
class FileChange:
    """One file of the instance's folder. `action`: add, update or remove; `diff`: unified, without the header."""

    path: str
    action: str
    diff: str


@dataclass(frozen=True)
class ClusterChange:
    """One object that the deploy itself applies. `action`: create, update or remove; `fields`: what is updated."""

    action: str
    kind: str
    name: str
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        """`update Application first: spec.source.path`."""
        return f"{self.action} {self.kind} {self.name}" + (f": {', '.join(self.fields)}" if self.fields else "")


@dataclass(frozen=True)
class PlannedRun:
    """A provisioning run. `starts`: whether the deploy would start one; `why`: one sentence; `servers`: where."""

    starts: bool
    why: str
    servers: tuple[str, ...]


def plan_files(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> list[FileChange]:
    """The changes that make `before` into `after`, by path."""
    changes = []
    for path in sorted({*before, *after}):
        old, new = before.get(path), after.get(path)
        if old != new:
            action = ADDED if old is None else REMOVED if new is None else CHANGED
            diff = "  (encrypted)" if path.endswith(".age") else _diff(old or b"", new or b"")
            changes.append(FileChange(path, action, diff))
    return changes


def commit_message(instance: str, changes: Iterable[FileChange]) -> str:
    """A subject that counts and a body that lists what changed."""
    changes = list(changes)
    manifests = [change for change in changes if change.path.startswith("manifests/")]
    verb = "Add" if changes and all(change.action == ADDED for change in changes) else "Update"
    subject = f"{verb} instance {instance}"
    if manifests:
        subject += f": {_count(manifests)}"
    lines = [f"- {change.action} {_readable(change.path)}" for change in changes[:_LISTED]]
    if len(changes) > _LISTED:
        lines.append(f"- and {len(changes) - _LISTED} more files")
    return "\n".join([subject, "", *lines]) + "\n"


def describe_files(changes: Iterable[FileChange]) -> str:
    """A readable diff: a line for each file, and the changed lines of those that are updated."""
    parts = []
    for change in changes:
        parts.append(f"{change.action} {change.path}")
        if change.action == CHANGED:
            parts.append(change.diff)
    return "\n".join(parts)


def _count(changes: Iterable[FileChange]) -> str:
    counts: dict[str, int] = {}
    for change in changes:
        counts[change.action] = counts.get(change.action, 0) + 1
    words = {ADDED: "added", CHANGED: "updated", REMOVED: "removed"}
    return ", ".join(f"{counts[action]} objects {word}" if counts[action] != 1 else f"1 object {word}"
                     for action, word in words.items() if action in counts)  # fmt: skip


def _readable(path: str) -> str:
    return path.removeprefix("manifests/").removesuffix(".yml").replace("-", "/", 1) if "manifests/" in path else path


def _diff(old: bytes, new: bytes) -> str:
    before, after = (data.decode(errors="replace").splitlines() for data in (old, new))
    lines = list(difflib.unified_diff(before, after, n=1, lineterm=""))[2:]
    return "\n".join(f"  {line}" for line in lines)
