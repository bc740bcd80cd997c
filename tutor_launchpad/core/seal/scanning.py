"""The last look: nothing that will be committed may give a secret away. Fails closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tutor_launchpad.core.seal.forms import SHORTEST, Finder, Forms
from tutor_launchpad.core.types import Object

_SHOWN_PLACES = 3


def texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Path and text of every key and value inside an object."""
    if isinstance(value, dict):
        for key, inner in value.items():
            here = f"{path}.{key}" if path else str(key)
            yield f"{here} (its key)", str(key)
            yield from texts(inner, here)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from texts(inner, f"{path}[{index}]")
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)


def joined(objects: Sequence[Object]) -> str:
    """All texts of the objects in one, to look for what occurs at all."""
    return "\0".join(text for item in objects for _, text in texts(item))


def object_problems(objects: Sequence[Object], forms: Forms) -> list[str]:
    """One sentence for each setting that the objects give away, with the first places."""
    finder = Finder.narrowed(forms, joined(objects))
    places: dict[str, list[str]] = {}
    if finder.names:
        for item in objects:
            for path, text in texts(item):
                for setting in finder.settings(text):
                    places.setdefault(setting, []).append(f"{item['kind']}/{item['metadata']['name']} {path}")
    return [_sentence(setting, found) for setting, found in sorted(places.items())]


def scan(files: Mapping[str, bytes], secrets: Mapping[str, str]) -> list[str]:
    """One sentence for each setting whose value stands in the raw bytes or in the names of files."""
    forms = Forms({name: value for name, value in secrets.items() if len(value) >= SHORTEST})
    decoded = {path: f"{path}\0{data.decode(errors='replace')}" for path, data in files.items()}
    finder = Finder.narrowed(forms, "\0".join(decoded.values()))
    places: dict[str, list[str]] = {}
    if finder.names:
        for path, text in decoded.items():
            for setting in finder.settings(text):
                places.setdefault(setting, []).append(f"file {path}")
    return [_sentence(setting, found) for setting, found in sorted(places.items())]


def short_secrets(secrets: Mapping[str, str]) -> list[str]:
    """Secrets that cannot be kept, because their values occur everywhere by chance."""
    return [
        f"Setting {name} is secret but has only {len(value)} characters, which cannot be told from other text: set a "
        f"value of at least {SHORTEST}, or list the setting in LAUNCHPAD_PUBLIC_SETTINGS."
        for name, value in sorted(secrets.items())
        if len(value.strip()) < SHORTEST
    ]


def _sentence(setting: str, found: list[str]) -> str:
    more = f" and {len(found) - _SHOWN_PLACES} more places" if len(found) > _SHOWN_PLACES else ""
    return (
        f"Setting {setting} would be readable in Git, in {', '.join(found[:_SHOWN_PLACES])}{more}: choose a value that "
        "is no common word, take it out of what renders it there, or list the setting in LAUNCHPAD_PUBLIC_SETTINGS."
    )
