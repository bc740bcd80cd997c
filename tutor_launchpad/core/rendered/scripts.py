"""Shell scripts into which templates write values as they are: whether the shell takes each value for what it is.

How quotes nest is told by what stands right around a value and, for single quotes, by whether double ones are open. In doubt
a value is refused: one of the quotes around it, or one within these (SQL in an argument), might take it for its end.
"""

from __future__ import annotations

import re

_IN_QUOTES = re.compile(r"['\"`$\\\x00-\x1f\x7f]")
_IN_SINGLE = re.compile(r"['\x00-\x1f\x7f]")
_BARE = re.compile(r"[^\w@%+=:,./^-]")
_REPLACED = re.compile(r"[$`\\]")
"""What is replaced within lines that a command reads to its end, as keys of several lines are passed."""
_SHELL = re.compile(r"(.*/)?(ba|da|k|z|a)?sh")


def is_script(words: list[str]) -> bool:
    """Whether a shell runs the last of these words of a command."""
    return "-c" in words[:-1] and any(_SHELL.fullmatch(word) for word in words[:-1])


def misread(script: str, value: str) -> bool:
    """Whether the shell might take some occurrence of a value for something else."""
    return any(_is_misread(script, match.start(), value) for match in re.finditer(re.escape(value), script))


def _is_misread(script: str, start: int, value: str) -> bool:
    before, after = script[max(start - 1, 0) : start], script[start + len(value) :][:1]
    if before not in ("'", '"') or before != after:
        return bool((_REPLACED if "\n" in value.strip() else _BARE).search(value))
    in_double = len(re.findall(r'(?<!\\)"', script[:start])) % 2
    return bool((_IN_SINGLE if before == "'" and not in_double else _IN_QUOTES).search(value))
