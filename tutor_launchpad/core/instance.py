"""An instance's folder in the cluster repository: which files it has, and what stands in them.

config.yml            public settings of the Tutor root
requirements.txt      pinned distributions of Tutor and the enabled plugins
plugins/              the root's own plugin files
application.yml       AppProject and Application
manifests/            one object a file
sealed/<map>/<file>   masked copies of the sealed maps
secrets.age           the other settings, encrypted, where there are recipients
launchpad.json        format, the root's ID, versions, hosts, places of its data, names of the sealed Secrets
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml

from tutor_launchpad.core.types import Config, Object

FORMAT = 1
ABOUT = "launchpad.json"
INSTANCES = PurePosixPath("instances")
"""Where the instances' folders are in a repository."""
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Blocks(_Dumper):  # type: ignore[misc]
    """Writes strings of several lines as blocks."""


_AMBIGUOUS = re.compile(r"[yYnN]|[-+.]?[0-9].*")
"""What other readers of YAML take for a switch or a number although PyYAML writes it plain."""


def _represent(dumper: Any, value: str) -> Any:
    style = "|" if "\n" in value else "'" if _AMBIGUOUS.fullmatch(value) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Blocks.add_representer(str, _represent)


@dataclass(frozen=True)
class Record:
    """The files of an instance's folder, by their path in it, and what `launchpad.json` says."""

    files: Mapping[str, bytes]
    about: Mapping[str, Any]


@dataclass(frozen=True)
class Contents:
    """What a record is made from. `public_user`: settings of config.yml that hold no secret."""

    public_user: Config
    requirements: Sequence[str]
    plugin_files: Mapping[str, bytes]
    application: Sequence[Object]
    manifests: Sequence[Object]
    masked: Mapping[str, Mapping[str, str]]
    about: Mapping[str, Any]


def make_record(contents: Contents) -> Record:
    """The record of an instance; the same contents give the same bytes."""
    about = {"format": FORMAT, **contents.about}
    files: dict[str, bytes] = {
        "config.yml": dump_settings(contents.public_user),
        "requirements.txt": "".join(f"{line}\n" for line in sorted(contents.requirements)).encode(),
        "application.yml": b"---\n".join(dump_yaml(item) for item in contents.application),
        ABOUT: _dump_about(about),
    }
    files |= {f"plugins/{name}": data for name, data in contents.plugin_files.items()}
    files |= manifest_files(contents.manifests)
    for name, texts in contents.masked.items():
        files |= {f"sealed/{name}/{file}": text.encode() for file, text in texts.items()}
    return Record(dict(sorted(files.items())), about)


def with_file(record: Record, path: str, data: bytes, about: Mapping[str, Any]) -> Record:
    """The record with one more file, and what `launchpad.json` says of it."""
    said = {**record.about, **about}
    return Record(dict(sorted({**record.files, path: data, ABOUT: _dump_about(said)}.items())), said)


def _dump_about(about: Mapping[str, Any]) -> bytes:
    return (json.dumps(about, indent=2, sort_keys=True, ensure_ascii=False) + "\n").encode()


def manifest_files(objects: Iterable[Object]) -> dict[str, bytes]:
    """`manifests/<kind>-<name>.yml` → the object; kinds of several API groups with one name stay apart."""
    files: dict[str, bytes] = {}
    for item in objects:
        name = f"{item['kind'].lower()}-{item['metadata']['name'].replace(':', '_')}"
        path = f"manifests/{name}.yml"
        if path in files:
            path = f"manifests/{name}.{item['apiVersion'].split('/')[0]}.yml"
        files[path] = dump_yaml(item)
    return files


def read_about(data: bytes) -> dict[str, Any] | None:
    """What a `launchpad.json` says; None where it is none, for everybody with access to Git may have changed it."""
    try:
        about = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return about if isinstance(about, dict) and isinstance(about.get("hosts") or [], list) else None


def is_newer(about: Mapping[str, Any]) -> bool:
    """Whether a `launchpad.json` is of a later format than this Launchpad reads."""
    return isinstance(about.get("format"), int) and about["format"] > FORMAT


def about_part(about: Mapping[str, Any] | None, name: str) -> Mapping[str, Any]:
    """A mapping in a `launchpad.json`; empty where it is none."""
    part = (about or {}).get(name)
    return part if isinstance(part, dict) else {}


def read_manifests(files: Mapping[str, bytes], kinds: Sequence[str] = ()) -> list[Object]:
    """The objects that an instance's folder holds, of these kinds or all; what is no object, changed by hand, is left out."""
    starts = tuple(f"manifests/{kind.lower()}-" for kind in kinds) or "manifests/"
    found = (_load(data) for path, data in files.items() if path.startswith(starts))
    return [item for item in found if _is_object(item)]


def read_settings_file(files: Mapping[str, bytes]) -> Config:
    """The public settings that an instance's folder holds; empty where they cannot be read."""
    return _load(files.get("config.yml", b""))


def read_documents(data: bytes) -> list[Object]:
    """The objects of one file with several; none where it is no YAML."""
    try:
        return [item for item in yaml.load_all(data, Loader=_Loader) if isinstance(item, dict) and _is_object(item)]
    except (yaml.YAMLError, UnicodeDecodeError):
        return []


def _is_object(item: dict[str, Any]) -> bool:
    metadata = item.get("metadata")
    return isinstance(item.get("kind"), str) and isinstance(metadata, dict) and "name" in metadata


def _load(data: bytes) -> dict[str, Any]:
    try:
        content = yaml.load(data, Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError):
        return {}
    return content if isinstance(content, dict) else {}


def public_settings(user: Config, secrets: Iterable[str]) -> Config:
    """The settings of config.yml none of whose parts is secret. `secrets`: setting paths such as `A` or `A.key[0]`."""
    roots = {path.replace("[", ".").split(".")[0].split(" ")[0] for path in secrets}
    return {name: value for name, value in user.items() if name not in roots}


def is_text(data: bytes) -> bool:
    """Whether a plugin's file can be recorded: in anything else nobody could look for secrets."""
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def dump_settings(settings: Config) -> bytes:
    """Settings by name, each as it is inside: templates may go through a mapping in its order."""
    return dump_yaml(dict(sorted(settings.items())))


def dump_yaml(value: object) -> bytes:
    """YAML as it stands in the repository: blocks for long texts, no line folding."""
    text: str = yaml.dump(
        value, Dumper=_Blocks, sort_keys=False, allow_unicode=True, width=10**6, default_flow_style=False
    )
    return text.encode()
