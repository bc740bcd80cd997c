"""What a component's kustomization is pinned to: a release's manifest, by version and sha256."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tutor_launchpad.core.errors import Refused

MANIFEST = "launchpad-manifest.yml"
"""Name of the release's manifest in the copy of the kustomization that is built here."""
_PREFIX = "launchpad.openedx.org/"


@dataclass(frozen=True)
class Pin:
    """A release's manifest. `url` is where it is published."""

    name: str
    version: str
    url: str
    sha256: str

    @property
    def files(self) -> tuple[str, ...]:
        """Where a mirror may have it."""
        return f"{self.name}-{self.version}.yaml", f"{self.name}/{self.version}/install.yaml"


def read_pin(name: str, content: object, place: str) -> Pin:
    """What a kustomization says; raises `Refused` with each thing that is missing or is not what it should be."""
    metadata = content.get("metadata") if isinstance(content, dict) else None
    told = metadata.get("annotations") if isinstance(metadata, dict) else None
    values = {key: str((told or {}).get(_PREFIX + key) or "") for key in ("version", "manifest", "sha256")}
    shapes = {"version": r"v\d+\.\d+\.\d+\S*", "manifest": r"https?://\S+", "sha256": r"[0-9a-f]{64}"}
    problems = [
        f"{place} has no annotation {_PREFIX}{key} of the form {_FORMS[key]}: `tutor launchpad cluster update` brings "
        "it, or restore it with Git."
        for key, shape in shapes.items()
        if not re.fullmatch(shape, values[key])
    ]
    if problems:
        raise Refused(problems)
    return Pin(name, values["version"], values["manifest"], values["sha256"])


_FORMS = {"version": "v1.2.3", "manifest": "https://…", "sha256": "64 digits and a to f"}


def local_kustomization(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same kustomization with the release's manifest from a file, in place of what it names on the network."""
    resources = [MANIFEST if _is_remote(entry) else entry for entry in content.get("resources") or []]
    return {**content, "resources": list(dict.fromkeys(resources))}


def _is_remote(entry: object) -> bool:
    return bool(re.match(r"(https?|ssh|git)://|git@", str(entry)))
