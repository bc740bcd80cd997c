"""Rewrites the references to ConfigMaps and Secrets that have been sealed, wherever Kubernetes has some."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tutor_launchpad.core.pods import containers, pod_template
from tutor_launchpad.core.types import Object


@dataclass(frozen=True)
class Renamed:
    """Old name → name of the sealed Secret, for ConfigMaps and for Secrets."""

    maps: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


def rewrite(item: Object, renamed: Renamed) -> None:
    """Let the object, in place, refer to the sealed Secrets."""
    template = pod_template(item)
    if template is not None:
        _pod(template["spec"], renamed)
    if item["kind"] == "Ingress":
        for entry in item["spec"].get("tls") or []:
            _rename(entry, "secretName", renamed.secrets)
    if item["kind"] == "ServiceAccount":
        for entry in [*(item.get("imagePullSecrets") or []), *(item.get("secrets") or [])]:
            _rename(entry, "name", renamed.secrets)


def _pod(spec: Object, renamed: Renamed) -> None:
    for entry in spec.get("imagePullSecrets") or []:
        _rename(entry, "name", renamed.secrets)
    for volume in spec.get("volumes") or []:
        _volume(volume, renamed)
    for _, container in containers(spec):
        for source in container.get("envFrom") or []:
            _swap(source, "configMapRef", "secretRef", renamed)
        for entry in container.get("env") or []:
            _swap(entry.get("valueFrom") or {}, "configMapKeyRef", "secretKeyRef", renamed)


def _volume(volume: Object, renamed: Renamed) -> None:
    source = volume.get("configMap")
    if source and source.get("name") in renamed.maps:
        rest = {name: value for name, value in source.items() if name != "name"}
        del volume["configMap"]
        volume["secret"] = {"secretName": renamed.maps[source["name"]], **rest}
    elif volume.get("secret"):
        _rename(volume["secret"], "secretName", renamed.secrets)
    for part in (volume.get("projected") or {}).get("sources") or []:
        _swap(part, "configMap", "secret", renamed)


def _swap(holder: Object, of_map: str, of_secret: str, renamed: Renamed) -> None:
    """Turn `holder[of_map]` into `holder[of_secret]` where its map was sealed."""
    reference = holder.get(of_map)
    if reference and reference.get("name") in renamed.maps:
        del holder[of_map]
        holder[of_secret] = {**reference, "name": renamed.maps[reference["name"]]}
    elif holder.get(of_secret):
        _rename(holder[of_secret], "name", renamed.secrets)


def _rename(holder: Object, key: str, names: Mapping[str, str]) -> None:
    if holder.get(key) in names:
        holder[key] = names[holder[key]]
