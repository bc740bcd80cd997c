"""What a checkout takes from an instance's folder, and whether a Tutor root may become that instance's. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.instance import ABOUT, is_newer, is_text, read_about
from tutor_launchpad.core.listing import listed
from tutor_launchpad.core.private import AGE_FILE, MACHINE
from tutor_launchpad.core.types import Config

PLUGINS = "plugins/"
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==([A-Za-z0-9][A-Za-z0-9.+!_-]*)")
_NAMED = 30


@dataclass(frozen=True)
class Recorded:
    """An instance as a revision of the repository has it. `pins`: distribution → version; `age`: `secrets.age`, or empty."""

    name: str
    about: Mapping[str, Any]
    public: Config
    pins: Mapping[str, str]
    plugin_files: Mapping[str, bytes]
    age: bytes
    url: str

    @property
    def enabled(self) -> list[str]:
        """Names of the enabled plugins."""
        return [str(name) for name in self.public.get("PLUGINS") or ()]

    @property
    def root_id(self) -> str:
        """The Tutor root's ID."""
        return str(self.about["id"])


def read_recorded(name: str, place: str, files: Mapping[str, bytes]) -> Recorded:
    """The instance in these files of its folder; raises `Refused` where anything in them is not as a deploy writes it.

    `place` names folder and repository in the sentences. Everybody with access to Git may have changed the files.
    """
    about = read_about(files.get(ABOUT, b""))
    if about is None or not about.get("id"):
        raise Refused([f"{place}/{ABOUT} cannot be read: restore it with Git, or check out an earlier --revision."])
    if is_newer(about):
        raise Refused([
            f"{place} was recorded by a newer Launchpad than this one: install it with "
            f"`pip install tutor-launchpad=={_text(about, 'launchpad')}`."
        ])  # fmt: skip
    public = _mapping(files.get("config.yml", b""))
    if public is None or public.get("ID") != about["id"] or not isinstance(public.get("PLUGINS") or [], list):
        raise Refused([f"{place}/config.yml is not the one that {ABOUT} was written with: restore both with Git."])
    return Recorded(
        name,
        about,
        {key: value for key, value in public.items() if key not in MACHINE},
        _pins(place, files.get("requirements.txt", b"")),
        _plugin_files(place, files),
        files.get(AGE_FILE, b""),
        _url(files.get("application.yml", b"")),
    )


def _text(about: Mapping[str, Any], name: str) -> str:
    versions = about.get("versions")
    found = str(versions.get(name, "")) if isinstance(versions, dict) else ""
    return found if re.fullmatch(r"[\w.+!-]+", found) else "VERSION"


def _mapping(data: bytes) -> Config | None:
    try:
        found = yaml.safe_load(data.decode())
    except (UnicodeDecodeError, yaml.YAMLError):
        return None
    return found if isinstance(found, dict) and all(isinstance(key, str) for key in found) else None


def _pins(place: str, data: bytes) -> dict[str, str]:
    """Only names with versions: pip would follow an address or an option, whoever wrote it there."""
    lines = [line.strip() for line in data.decode(errors="replace").splitlines() if line.strip()]
    matches = [_PIN.fullmatch(line) for line in lines]
    for line, match in zip(lines, matches, strict=True):
        if match is None:
            raise Refused(
                [f"{place}/requirements.txt has a line that is not of the form name==version: {line[:60]!r}."]
            )
    return {match[1]: match[2] for match in matches if match}


def _plugin_files(place: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    found = {path.removeprefix(PLUGINS): data for path, data in files.items() if path.startswith(PLUGINS)}
    for path in found:
        hidden = any(part.startswith(".") for part in PurePosixPath(path).parts)
        if hidden or path.startswith("/") or not is_text(found[path]):
            raise Refused([f"{place}/{PLUGINS}{path} is no file of a plugin: remove it with Git."])
    return found


def _url(application: bytes) -> str:
    """Where Argo CD reads the instance; empty where the file does not say."""
    try:
        for item in yaml.safe_load_all(application.decode()):
            if item["kind"] == "Application":
                return str(item["spec"]["source"]["repoURL"])
    except (UnicodeDecodeError, yaml.YAMLError, KeyError, TypeError):
        return ""
    return ""


def unknown_instance(name: str, address: str, known: Collection[str]) -> str:
    """The sentence for a name that the repository does not have."""
    if not known:
        return f"{address} holds no instance yet: the first deploy of one puts it there."
    return f"{address} holds no instance {name!r}; it has {names(known)}."


class Standing(Enum):
    """What a root's config.yml is to the instance that is checked out."""

    SAME = "the same settings"
    FREE = "none, or one in which nobody has set anything and which nothing was run with"
    OURS = "the instance's, or nobody's, with other settings"
    FOREIGN = "another instance's"


def judge(old: Config | None, new: Config, generated: Collection[str], used: bool) -> Standing:
    """See `Standing`. `generated`: names that Tutor sets by itself; `used`: whether something was run with the root."""
    if old is None:
        return Standing.FREE
    if old == new:
        return Standing.SAME
    if old.get("ID") in (None, new["ID"]):
        return Standing.OURS
    if not set(old) <= {*generated, *MACHINE}:
        return Standing.FOREIGN
    return Standing.OURS if used else Standing.FREE


def differing(old: Config, new: Config) -> list[str]:
    """Names of the settings that are not the same in both."""
    return sorted(name for name in {*old, *new} if name not in old or name not in new or old[name] != new[name])


def missing_pins(pins: Mapping[str, str], installed: Mapping[str, str]) -> dict[str, str]:
    """Those that are not installed in just this version. `installed`: distribution → version."""
    there = {canonicalize_name(name): version for name, version in installed.items()}
    return {name: version for name, version in pins.items() if not _same(there.get(canonicalize_name(name)), version)}


def _same(installed: str | None, wanted: str) -> bool:
    if installed is None:
        return False
    try:
        return Version(installed) == Version(wanted)
    except InvalidVersion:
        return installed == wanted


def plugin_problems(root: str, recorded: Mapping[str, bytes], present: Mapping[str, bytes]) -> list[str]:
    """A sentence for each file below the plugins' root that is not as recorded: other roots may use it."""
    away = "move it away, or set TUTOR_PLUGINS_ROOT to another folder, then check out again."
    return [
        f"Plugin file {root}/{path} {'differs from the recorded one' if path in recorded else 'is not recorded'}: {away}"
        for path, data in sorted(present.items())
        if recorded.get(path) != data
    ]


def names(values: Iterable[str]) -> str:
    """A list for people, cut where it is long."""
    return listed(sorted(values), _NAMED)
