"""Runs the commands of a page: `python -m docs.run_page docs/tutorial/first-instance.md cluster deploy`.

A block belongs to the part that the comment above it names:

    <!-- deploy -->              commands, run by bash
    <!-- cluster: kind.yml -->   a file that the reader writes
    <!-- yours: REPOSITORY -->   values of the reader's own; whoever runs the page sets them in the environment
    <!-- by-hand -->             commands that need a person; never run

The parts run in one shell, in the order of the page, so that what one exports is there for the next.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

YOURS, BY_HAND = "yours", "by-hand"
_BLOCK = re.compile(r"(?:^<!-- ([\w-]+)(?:: ([^\n]+?))? -->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One block of code. `part`: empty where no comment stands above it; `note`: what follows its colon."""

    part: str
    note: str
    language: str
    text: str

    @property
    def is_file(self) -> bool:
        """Whether it is a file's content."""
        return self.language != "sh" and bool(self.note)


def blocks(page: str) -> list[Block]:
    """All blocks of code of a page."""
    return [Block(part, note, language, text) for part, note, language, text in _BLOCK.findall(page)]


def parts(found: Iterable[Block]) -> list[str]:
    """The parts that can be run, in the order of the page."""
    return list(dict.fromkeys(one.part for one in found if one.part not in ("", YOURS, BY_HAND)))


def script(found: Iterable[Block], wanted: Collection[str]) -> str:
    """The shell script of these parts; it ends at once where a value of the reader's own is missing."""
    lines = []
    for one in found:
        if one.part == YOURS:
            lines += [f': "${{{name}:?is to be set}}"' for name in one.note.split()]
        elif one.part in wanted and one.is_file:
            lines += [f'mkdir -p "$(dirname {one.note})"', f"cat > {one.note} <<'END_OF_FILE'"]
            lines += [one.text + "END_OF_FILE"]
        elif one.part in wanted and one.language == "sh":
            lines.append(one.text.rstrip("\n"))
    return "\n".join(lines) + "\n"


def run(page: str, wanted: Collection[str], **options: object) -> subprocess.CompletedProcess[str]:
    """Run parts of a page; each command is shown before its output."""
    command = ["bash", "-vc", "set -euo pipefail\n" + script(blocks(page), wanted)]
    return subprocess.run(command, text=True, check=False, stdin=subprocess.DEVNULL, **options)  # type: ignore[call-overload,no-any-return]


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit status of the commands."""
    parser = argparse.ArgumentParser(description="Run the commands of a page.")
    parser.add_argument("page", type=Path)
    parser.add_argument("part", nargs="*", help="parts of the page; all where none is given")
    given = parser.parse_args(arguments)
    page = given.page.read_text(encoding="utf-8")
    known = parts(blocks(page))
    unknown = sorted(set(given.part) - set(known))
    if unknown:
        parser.error(f"{given.page} has no part {', '.join(unknown)}; it has {', '.join(known)}")
    return run(page, given.part or known).returncode


if __name__ == "__main__":
    sys.exit(main())
