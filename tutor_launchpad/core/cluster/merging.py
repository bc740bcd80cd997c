"""What an update of a cluster repository changes, and where it clashes with what people changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TEMPLATE = ".launchpad/template"
DIGEST = ".launchpad/template-id"

_WORDS = {
    "UU": "changed here and in the template",
    "AA": "added here and in the template, differently",
    "DU": "removed here, changed in the template",
    "UD": "changed here, removed in the template",
}


@dataclass(frozen=True)
class Clash:
    """A file that both sides changed, and how."""

    path: str
    how: str


def with_template(files: Mapping[str, bytes], digest: str) -> dict[str, bytes]:
    """The files of a repository together with the copies that the next update compares with."""
    copies = {f"{TEMPLATE}/{name}": content for name, content in files.items()}
    return {**files, **copies, DIGEST: f"{digest}\n".encode()}


def changed_paths(base: Mapping[str, bytes], new: Mapping[str, bytes]) -> tuple[str, ...]:
    """The files that the template gives differently now."""
    return tuple(sorted(name for name in {*base, *new} if base.get(name) != new.get(name)))


def read_clashes(status: str) -> list[Clash]:
    """The clashes in what `git status --porcelain -z` says."""
    entries = [(entry[:2], entry[3:]) for entry in status.split("\0") if len(entry) > 3]
    return [Clash(path, _WORDS.get(code, "changed here and in the template")) for code, path in entries
            if "U" in code or code in ("AA", "DD")]  # fmt: skip
