"""YAML, JSON and Python as texts: whether they can be read, and which values whoever reads them gets."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Any

import yaml

from tutor_launchpad.core.secrets import PEM

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STRING_TAG = "tag:yaml.org,2002:str"
_COMMENT = re.compile(r"^\s*#")


class Broken(Exception):
    """The text is not what its name says. `lines`: where that was noticed, from 1 on; perhaps none."""

    def __init__(self, language: str, lines: tuple[int, ...]) -> None:
        self.language = language
        self.lines = lines
        super().__init__(language)


def is_structured(name: str) -> bool:
    """Whether a file of this name can be read here."""
    return PurePosixPath(name).suffix in _READERS


def values_in(name: str, text: str) -> list[str]:
    """Every value, and every key, that a program gets of the file, as text. Raises `Broken`."""
    try:
        return _READERS[PurePosixPath(name).suffix](text)
    except RecursionError:
        raise Broken("a text of few levels", ()) from None


def changed(text: str, values: list[str], wanted: str) -> bool:
    """Whether what stands in a text is not everywhere among the values that it gives. Comments do not count.

    A private key on one line has escapes for its line breaks, which are there to be undone.
    """
    ways = {wanted, wanted.replace("\\n", "\n")} if PEM.search(wanted) else {wanted}
    if "\n" in wanted:
        written = text.count(wanted)
    else:
        written = sum(line.count(wanted) for line in text.splitlines() if wanted in line and not _COMMENT.match(line))
    return written > sum(value.count(way) for value in values for way in ways)


def _yaml_values(text: str) -> list[str]:
    try:
        return [value for node in yaml.compose_all(text, Loader=_Loader) for value in _scalars(node)]
    except yaml.YAMLError as error:
        raise Broken("YAML", tuple(_lines(error, text))) from None


def _lines(error: yaml.YAMLError, text: str) -> Iterator[int]:
    for name in ("context_mark", "problem_mark"):
        mark = getattr(error, name, None)
        if mark is not None:
            yield mark.line + 1
    bad = yaml.reader.Reader.NON_PRINTABLE.search(text)
    if bad:
        yield text.count("\n", 0, bad.start()) + 1


def _scalars(node: Any) -> Iterator[str]:
    """Aliases lead to the same node, which counts once."""
    queue, seen = [node], set()
    while queue:
        one = queue.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, yaml.ScalarNode):
            yield _scalar(one)
        elif isinstance(one, yaml.SequenceNode):
            queue += one.value
        else:
            queue += [part for pair in one.value for part in pair]


def _scalar(node: Any) -> str:
    """What stands without quotes may be a number, a date or a switch, of which only the meaning is left."""
    if node.tag == _STRING_TAG or node.style:
        return str(node.value)
    try:
        return str(yaml.load(node.value, Loader=_Loader))
    except (yaml.YAMLError, ValueError):
        return ""


def _json_values(text: str) -> list[str]:
    try:
        queue: list[object] = [json.loads(text)]
    except ValueError as error:
        raise Broken("JSON", (getattr(error, "lineno", 1),)) from None
    found = []
    while queue:
        one = queue.pop()
        if isinstance(one, dict):
            queue += [*one, *one.values()]
        elif isinstance(one, list):
            queue += one
        else:
            found.append(str(one))
    return found


def _python_values(text: str) -> list[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text)
    except SyntaxError as error:
        raise Broken("Python", tuple(line for line in (error.lineno, error.end_lineno) if line)) from None
    except (ValueError, MemoryError):
        raise Broken("Python", ()) from None
    return [str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)]


_READERS: dict[str, Callable[[str], list[str]]] = {
    ".json": _json_values,
    ".py": _python_values,
    ".yaml": _yaml_values,
    ".yml": _yaml_values,
}
