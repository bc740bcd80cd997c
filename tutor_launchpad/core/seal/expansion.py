"""Kubernetes' expansion of `$(NAME)` in a container's command, args and env values.

Rules: `$(NAME)` becomes the variable's value, an unknown one stays as it is; `$$` becomes `$` and starts no reference;
`$(` without a closing bracket and `$` before anything else stay. What is put in is not expanded again.
https://kubernetes.io/docs/tasks/inject-data-application/define-environment-variable-container/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tutor_launchpad.core.types import Object

_REFERENCE = re.compile(r"\$(?:\$|\(([^)]*)\))")


def expand(text: str, variables: Mapping[str, str]) -> str:
    """The text as the container gets it."""

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return "$"
        return variables.get(name, match.group())

    return _REFERENCE.sub(value, text)


def environment(entries: Iterable[Object], known: Mapping[str, str] | None = None) -> dict[str, str]:
    """The container's variables, each expanded with those before it.

    What comes from elsewhere (`valueFrom`) is looked up in `known` by name, else it is a mark that nothing contains.
    """
    variables: dict[str, str] = {}
    for entry in entries:
        name = entry["name"]
        if "valueFrom" in entry:
            variables[name] = (known or {}).get(name, opaque(name))
        else:
            variables[name] = expand(entry.get("value") or "", variables)
    return variables


def opaque(name: str) -> str:
    """Stands for a value that is not known here."""
    return f"\0{name}\0"


def is_known(text: str) -> bool:
    """Whether an expanded text holds no value that is not known here."""
    return "\0" not in text
