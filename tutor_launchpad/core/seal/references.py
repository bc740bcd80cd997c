"""The references to ConfigMaps and Secrets that Kubernetes' own kinds and others have.

A Secret is referred to by its name under a key that says so (`secretName`, `imagePullSecrets`, `apiTokenSecretRef`):
one rule holds for every kind, custom ones too, as the name must be that of a Secret which is sealed.
A reference to a ConfigMap must become one to a Secret, so only those of pods can be followed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tutor_launchpad.core.pods import containers, pod_template
from tutor_launchpad.core.types import Object

_SECRET = re.compile("secret", re.IGNORECASE)
_MAP = re.compile("config_?map", re.IGNORECASE)


@dataclass(frozen=True)
class Renamed:
    """Old name → name of the sealed Secret, for ConfigMaps and for Secrets."""

    maps: dict[str, str] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)


def rewrite(item: Object, renamed: Renamed) -> None:
    """Let the object, in place, refer to the sealed Secrets."""
    if item["kind"] == "ConfigMap":
        return
    for _, holder, key in list(_named(item, _SECRET)):
        if holder[key] in renamed.secrets:
            holder[key] = renamed.secrets[holder[key]]
    for _, rule in _rules(item, "secrets"):
        rule["resourceNames"] = [renamed.secrets.get(name, name) for name in rule["resourceNames"]]
    template = pod_template(item)
    if template is not None:
        _pod(template["spec"], renamed)


def left(item: Object, renamed: Renamed) -> list[str]:
    """Paths at which the object still refers to a ConfigMap that is sealed."""
    if item["kind"] == "ConfigMap":
        return []
    paths = [path for path, holder, key in _named(item, _MAP) if holder[key] in renamed.maps]
    rules = _rules(item, "configmaps")
    return paths + [f"{path}.resourceNames" for path, rule in rules if set(rule["resourceNames"]) & set(renamed.maps)]


def _rules(item: Object, resource: str) -> Iterator[tuple[str, Object]]:
    """The rules of a Role that name objects of this kind, with their paths."""
    for index, rule in enumerate(item.get("rules") or [] if item["kind"] in ("Role", "ClusterRole") else ()):
        if rule.get("resourceNames") and not {resource, "*"}.isdisjoint(rule.get("resources") or []):
            yield f"rules[{index}]", rule


def _named(value: Any, kind: re.Pattern[str], path: str = "", parent: str = "") -> Iterator[tuple[str, Any, Any]]:
    """(path, holder, key) of each text that names an object: under a key of that kind, or `name` right below one."""
    if isinstance(value, list):
        for index, inner in enumerate(value):
            if isinstance(inner, str):
                if kind.search(parent):
                    yield f"{path}[{index}]", value, index
            else:
                yield from _named(inner, kind, f"{path}[{index}]", parent)
    elif isinstance(value, dict):
        for key, inner in value.items():
            here = f"{path}.{key}" if path else str(key)
            if isinstance(inner, str):
                if kind.search(str(key)) or (key == "name" and kind.search(parent)):
                    yield here, value, key
            elif key != "metadata":
                yield from _named(inner, kind, here, str(key))


def _pod(spec: Object, renamed: Renamed) -> None:
    for volume in spec.get("volumes") or []:
        _swap(volume, "configMap", "secret", "secretName", renamed)
        for source in (volume.get("projected") or {}).get("sources") or []:
            _swap(source, "configMap", "secret", "name", renamed)
    for _, container in containers(spec):
        for source in container.get("envFrom") or []:
            _swap(source, "configMapRef", "secretRef", "name", renamed)
        for entry in container.get("env") or []:
            _swap(entry.get("valueFrom") or {}, "configMapKeyRef", "secretKeyRef", "name", renamed)


def _swap(holder: Object, of_map: str, of_secret: str, name_key: str, renamed: Renamed) -> None:
    """Turn `holder[of_map]` into `holder[of_secret]` where its map was sealed."""
    reference = holder.get(of_map) or {}
    name = reference.get("name")
    if name in renamed.maps:
        rest = {key: value for key, value in reference.items() if key != "name"}
        del holder[of_map]
        holder[of_secret] = {name_key: renamed.maps[name], **rest}
