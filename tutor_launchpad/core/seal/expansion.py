"""Kubernetes' expansion of `$(NAME)` in a container's command, args and env values.

Rules: `$(NAME)` becomes the variable's value, an unknown one stays as it is; `$$` becomes `$` and starts no reference;
`$(` without a closing bracket and `$` before anything else stay. What is put in is not expanded again.
https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tutor_launchpad.core.types import Object

_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")
_VARIABLE = re.compile(r"[A-Za-z_.-][A-Za-z0-9_.-]*")
_SERVICE_VARIABLE = re.compile(
    r"[A-Z_][A-Z0-9_]*_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\d+_[A-Z]+(_[A-Z]+)?)?)"
)


@dataclass
class Variables:
    """What is known of a container's environment: name → value.

    What comes from elsewhere (`valueFrom`) has a mark for its value, which occurs in no other text.
    `complete`: whether no other variables can exist, but for those that Kubernetes makes of Services.
    """

    values: dict[str, str] = field(default_factory=dict)
    complete: bool = True

    def add(self, entry: Object) -> None:
        """Let the next entry of `env` follow."""
        name, text = entry["name"], entry.get("value")
        if text:
            self.values[name] = expand(str(text), self.values)
        else:
            self.values[name] = f"\0{name}\0" if entry.get("valueFrom") else ""

    def may_expand(self, name: str) -> bool:
        """Whether a reference to this name may be replaced by Kubernetes."""
        if name in self.values or _SERVICE_VARIABLE.fullmatch(name):
            return True
        return not self.complete and bool(_VARIABLE.fullmatch(name))

    def seen(self, text: str) -> str:
        """What the container gets of the text, with a mark for each value that is not known here."""
        return "".join(
            self.values.get(part[2:-1], f"\0{part}\0") if is_reference else part
            for is_reference, part in pieces(text, self)
        )


def expand(text: str, values: Mapping[str, str]) -> str:
    """The text as the container gets it."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return "$"
        return values.get(name, match.group())

    return _REFERENCE.sub(value, text)


def pieces(text: str, variables: Variables) -> Sequence[tuple[bool, str]]:
    """The text in parts: (False, what the container gets of it) and (True, a reference that may be replaced)."""
    parts: list[tuple[bool, str]] = []
    for is_reference, part in _split(text):
        name = part[2:-1]
        if is_reference and part != "$$" and variables.may_expand(name):
            parts.append((True, part))
            continue
        literal = "$" if is_reference and part == "$$" else part
        if parts and not parts[-1][0]:
            parts[-1] = (False, parts[-1][1] + literal)
        elif literal:
            parts.append((False, literal))
    return parts


def _split(text: str) -> Iterator[tuple[bool, str]]:
    end = 0
    for match in _REFERENCE.finditer(text):
        yield False, text[end : match.start()]
        yield True, match.group()
        end = match.end()
    yield False, text[end:]
