"""The last look: nothing that will be committed may give a secret away. Fails closed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

from tutor_launchpad.core.listing import listed
from tutor_launchpad.core.seal.finder import Finder
from tutor_launchpad.core.seal.forms import Forms, private_keys
from tutor_launchpad.core.secrets import SHORTEST, is_weak
from tutor_launchpad.core.types import Object

_SHOWN_PLACES = 3
_CONTINUED = re.compile(r"\\\r?\n[ \t]*\\?")
_SPACE = re.compile(r"\s+")
_LONG = 20
"""Characters from which a form is looked for in a text without its white space: no words join to that by chance."""


def texts(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Path and text of every key and value inside an object."""
    if isinstance(value, dict):
        for key, inner in value.items():
            here = f"{path}.{key}" if path else str(key)
            yield f"{path or 'top'} (a key)", str(key)
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
    finder = Finder.narrowed(forms, joined(objects) + "\0" + json.dumps(objects, ensure_ascii=False))
    places: dict[str, list[str]] = {}
    for item in objects if finder else ():
        place = f"{item['kind']}/{item['metadata']['name']}"
        found = [(setting, path) for path, text in texts(item) for setting in finder.settings(text)]
        raw = json.dumps(item, ensure_ascii=False)
        for setting in finder.settings(raw):
            if all(setting != seen for seen, _ in found):
                found.append((setting, "as it is written"))
        for setting, path in found:
            places.setdefault(setting, []).append(f"{place} {finder.replace(path)}")
    return [_sentence(setting, where) for setting, where in sorted(places.items())]


def digest_problems(objects: Sequence[Object], digests: Mapping[str, str]) -> list[str]:
    """One sentence for each digest of sealed content (digest → what it is of) that the objects hold."""
    everything = joined(objects)
    present = [digest for digest in digests if digest in everything]
    return sorted(
        {
            f"{item['kind']}/{item['metadata']['name']} {path} holds a name or digest made of {digests[digest]}, which is "
            "secret: passwords could be guessed from it, and the name is no longer that of an object. Refer to the "
            "object from a pod, by its plain name, or leave the digest out."
            for item in (objects if present else ())
            for path, text in texts(item)
            for digest in present
            if digest in text
        }
    )


def scan(files: Mapping[str, bytes], secrets: Mapping[str, str]) -> list[str]:
    """One sentence for each setting whose value stands in the raw bytes or in the names of files."""
    forms = Forms(secrets)
    short = Forms({name: value for name, value in secrets.items() if re.search(r"\s", value.strip())})
    views = {path: _views(path, data) for path, data in files.items()}
    whole = Finder.narrowed(forms, "\0".join(text for view in views.values() for text in view))
    spaced = [(_SPACE.sub(" ", form), name) for form, name in short.names.items() if _SPACE.search(form)]
    long = {form: name for form, name in forms.names.items() if len(form) >= _LONG}
    places: dict[str, list[str]] = {}
    for path, view in views.items():
        found = {setting for text in view for setting in whole.settings(text)} if whole else set()
        collapsed = _SPACE.sub(" ", view[0])
        found |= {name for form, name in spaced if form in collapsed}
        solid = collapsed.replace(" ", "")
        found |= {name for form, name in long.items() if form in solid}
        for setting in found:
            places.setdefault(setting, []).append(f"file {whole.replace(path)}")
    known = {place for where in places.values() for place in where}
    return [_sentence(setting, where) for setting, where in sorted(places.items())] + [
        f"A private key would be readable in Git, in {place}: move it into a setting, whose value is sealed."
        for place in (f"file {whole.replace(path)}" for path, view in sorted(views.items()) if private_keys(view[0]))
        if place not in known
    ]


def _views(path: str, data: bytes) -> list[str]:
    """The file as it is written, without YAML's line continuations, and as UTF-16."""
    text = f"{path}\0{data.decode(errors='replace')}"
    views = [text]
    if "\\\n" in text or "\\\r\n" in text:
        views.append(_CONTINUED.sub("", text))
    if b"\0" in data:
        views.append(data.replace(b"\0", b"").decode(errors="replace"))
    return views


def weak_secrets(secrets: Mapping[str, str]) -> list[str]:
    """Secrets that cannot be kept, because their values occur everywhere by chance."""
    return [f"Setting {name} {_weakness(value)}" for name, value in sorted(secrets.items()) if is_weak(value)]


def _weakness(value: str) -> str:
    remedy = "set another value, or list the setting in LAUNCHPAD_PUBLIC_SETTINGS."
    length = len(value.strip())
    if length < SHORTEST:
        return f"is secret but has only {length} characters, which cannot be told from other text: {remedy}"
    return f"would be readable in Git: its value is a common word, which cannot be told from other text; {remedy}"


def _sentence(setting: str, found: list[str]) -> str:
    return (
        f"Setting {setting} would be readable in Git, in {listed(found, _SHOWN_PLACES, 'places')}: choose a value that "
        "is no common word, take it out of what renders it there, or list the setting in LAUNCHPAD_PUBLIC_SETTINGS."
    )
