"""Terraform files as data: their blocks, and what their expressions refer to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import hcl2

_META = {"count", "for_each", "depends_on", "lifecycle", "provider", "source", "version", "providers", "dynamic"}
_STRING = re.compile(r"\"(?:[^\"\\]|\\.)*\"")


@dataclass(frozen=True)
class Block:
    """A block with its labels. `body`: argument or inner block → value, without Terraform's own words."""

    kind: str
    labels: tuple[str, ...]
    body: dict[str, Any]
    own: dict[str, Any]

    @property
    def address(self) -> str:
        """As an expression names it."""
        named = {"resource": self.labels, "variable": ("var", *self.labels), "output": ("output", *self.labels)}
        return ".".join(named.get(self.kind, (self.kind, *self.labels)))


@cache
def read(text: str) -> tuple[Block, ...]:
    """The blocks of a file."""
    return tuple(_blocks(hcl2.loads(text)))


def _blocks(content: dict[str, Any]) -> Iterator[Block]:
    for kind, entries in content.items():
        for entry in entries if not kind.startswith("__") else []:
            labels: tuple[str, ...] = ()
            body = entry
            while (found := [key for key in body if key.startswith('"')]) and len(found) == 1:
                labels, body = (*labels, found[0].strip('"')), body[found[0]]
            body = {key: value for key, value in body.items() if not key.startswith("__")}
            inner = {key: value for key, value in body.items() if key not in _META}
            yield Block(kind, labels, inner, {key: value for key, value in body.items() if key in _META})


def texts(value: Any) -> Iterator[str]:
    """All expressions within a value, as text."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (key, *texts(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def references(block: Block) -> set[tuple[str, ...]]:
    """What the expressions of a block refer to, such as ("var", "name") or ("module", "vpc", "vpc_id")."""
    code = "\n".join(texts([block.body, block.own]))
    inner = "\n".join(re.findall(r"\$\{([^{}]*)\}", code))
    code = f"{_STRING.sub('', code)}\n{_STRING.sub('', inner)}"
    found = re.findall(
        r"(?<![\w.\"])((?:var|local|module|data|(?:aws|digitalocean|random)_\w+)(?:\.\w+|\[[^\]]*\])+)", code
    )
    return {tuple(re.sub(r"\[[^\]]*\]", "", one).split(".")) for one in found}
