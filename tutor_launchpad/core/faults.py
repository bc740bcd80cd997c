"""Several faults of one configuration: told together, each once, and none that only follows from another. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_NAME = re.compile(r"[A-Z][A-Z0-9_]+")


def subject(sentence: str, settings: Mapping[str, object]) -> str:
    """The setting that a sentence is about, which it names first; empty where it is about something else."""
    return next((name for name in _NAME.findall(sentence) if name in settings), "")


def sources(name: str, settings: Mapping[str, object]) -> set[str]:
    """The setting itself and all that its value is made from. `settings`: as they are written, before rendering."""
    found, ahead = {name}, [name]
    while ahead:
        text = str(settings.get(ahead.pop(), ""))
        named = {one for one in _NAME.findall(text) if one in settings} - found if "{" in text else set()
        found |= named
        ahead += named
    return found


def independent(stages: Iterable[Iterable[str]], settings: Mapping[str, object]) -> list[str]:
    """The sentences of all stages, without those on a setting that is, or is made from, what an earlier stage is about."""
    told: dict[str, None] = {}
    wrong: set[str] = set()
    for stage in stages:
        new = [one for one in stage if wrong.isdisjoint(sources(subject(one, settings), settings))]
        told |= dict.fromkeys(new)
        wrong |= {subject(one, settings) for one in new} - {""}
    return list(told)


def concerning(sentences: Iterable[str], names: Iterable[str], settings: Mapping[str, object]) -> list[str]:
    """The sentences on these settings, on those that they are made from, and on servers and plugins, which may set any."""
    asked = {"", *(source for name in names for source in sources(name, settings))}
    return [one for one in sentences if subject(one, settings) in asked]
