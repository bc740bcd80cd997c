"""Which settings may have broken a text that templates rendered: told by their values, which are not repeated."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tutor_launchpad.core.rendered.texts import Broken
from tutor_launchpad.core.types import Config

_QUOTES = re.compile(r"['\"\\\x00-\x1f\x7f\x85\ud800-\udfff\ufffe\uffff]")
"""What ends a text in quotes, and what no text may hold."""
_MARKS = re.compile(r": |:$| #|^[\[\]{}&*!|>%@`#,?-]|^\s|\s$")
"""What ends a text without quotes."""
_NEAR = 2


def suspects(text: str, error: Broken, config: Config) -> tuple[str, ...]:
    """The settings with marks in their values that stand near the place, else those with quotes anywhere in the text."""
    lines = text.splitlines()
    near = "\n".join(line for number in error.lines for line in lines[max(number - _NEAR, 0) : number + _NEAR - 1])
    texts = {name: value for name, value in config.items() if isinstance(value, str) and value.strip()}
    quotes = [name for name, value in texts.items() if _QUOTES.search(value)]
    marks = [name for name, value in texts.items() if _MARKS.search(value)]
    strong = [name for name in quotes if re.search(r"['\"\\]", texts[name])]
    for names, place in ((quotes, near), (marks, near), (strong, text)):
        found = [name for name in names if any(part in place for part in _parts(texts[name]))]
        if found:
            return _first_ones(found, texts)
    return ()


def _parts(value: str) -> list[str]:
    return [line for line in value.splitlines() if line.strip()]


def _first_ones(names: Iterable[str], texts: Config) -> tuple[str, ...]:
    """Without those that only repeat the value of another one; settings of config.yml come first."""
    kept: list[str] = []
    for name in names:
        if not any(texts[other] in texts[name] for other in kept):
            kept.append(name)
    return tuple(kept)
