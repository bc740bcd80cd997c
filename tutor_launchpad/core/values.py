"""The form of the settings of Tutor, Drydock and plugins, where another one would be rendered without a word.

Templates turn whatever they get into text: every text is true, `None` is a word, a list has brackets. A false form is found
at best by a pod that does not start.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date

from tutor_launchpad.core.types import Config

DRYDOCK = "DRYDOCK_"
_LISTS_OF_TEXTS = ("PLUGINS", "DRYDOCK_INGRESS_EXTRA_HOSTS", "DRYDOCK_INGRESS_LMS_EXTRA_HOSTS")
_SWITCH = re.compile(r"true|false|yes|no|on|off|0|1|none|null|\s*", re.IGNORECASE)
_TEMPLATE = re.compile(r"\{[{%#]")
_KINDS = {bool: "a switch", int: "a number", float: "a number", str: "a text", list: "a list", dict: "a mapping"}


def value_problems(values: Config, defaults: Mapping[str, object], own: Collection[str]) -> list[str]:
    """One sentence for each setting whose value has another form than its default.

    `values`: rendered or not; what is still a template is left out. `own`: the settings of Tutor itself, whose forms and
    Drydock's are known. Of other plugins only switches in quotes are told, as each may have its own forms.
    """
    known = {name: value for name, value in values.items() if not _is_template(value)}
    strict = [name for name in known if name in own or name.startswith(DRYDOCK)]
    found = [problem for name in strict for problem in _known_problems(name, known[name], defaults.get(name))]
    quoted = (
        name
        for name, value in known.items()
        if name not in strict and isinstance(defaults.get(name), bool) and isinstance(value, str)
    )
    return found + [_switch(name, known[name]) for name in quoted if _SWITCH.fullmatch(known[name])]


def _is_template(value: object) -> bool:
    return isinstance(value, str) and bool(_TEMPLATE.search(value))


def _known_problems(name: str, value: object, default: object) -> Iterator[str]:
    if name.endswith("_PORT"):
        if not _is_port(value):
            yield f"{name} {str(value)[:20]!r} is not a port: set it to a number from 1 to 65535."
    elif isinstance(default, bool):
        if not isinstance(value, bool):
            yield _switch(name, value)
    elif isinstance(default, int):
        if not _is_amount(value):
            yield _other(name, value, "a number from 0 on")
        elif "PERCENTAGE" in name and not (isinstance(value, int) and value <= 100):
            yield f"{name} must be a number from 0 to 100, without quotes: correct it."
    elif isinstance(default, (list, dict)):
        if not isinstance(value, type(default)):
            yield _other(name, value, _KINDS[type(default)])
        elif name in _LISTS_OF_TEXTS:
            yield from (
                _other(f"{name}[{at}]", one, "a text") for at, one in enumerate(value) if not isinstance(one, str)
            )
    elif isinstance(default, str) and (isinstance(value, bool) or not isinstance(value, _texts(name))):
        yield _other(name, value, "a text")


def _texts(name: str) -> tuple[type, ...]:
    """The types that are rendered as the text that was meant: a version may be written as a number, a host may not."""
    return (str,) if name.endswith("_HOST") or name == "K8S_NAMESPACE" else (str, int, float, date)


def _switch(name: str, value: object) -> str:
    reason = ", and templates take every text for true" if isinstance(value, str) else ""
    return f"{name} is {_kind(value)}, where true or false must be{reason}: write one of them without quotes."


def _other(name: str, value: object, wanted: str) -> str:
    quotable = wanted == "a text" and isinstance(value, (bool, int, float))
    remedy = "write it in quotes" if quotable else "correct it, or take it out of config.yml"
    return f"{name} is {_kind(value)}, where {wanted} must be: {remedy}."


def _is_port(value: object) -> bool:
    return _is_amount(value) and 0 < int(str(value)) < 65536


def _is_amount(value: object) -> bool:
    return not isinstance(value, (bool, float)) and bool(re.fullmatch(r"[0-9]{1,9}", str(value)))


def _kind(value: object) -> str:
    return "empty" if value is None else _KINDS.get(type(value), f"of the type {type(value).__name__}")
