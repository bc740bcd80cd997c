"""What each container of some objects sees: its expanded command, arguments and variables, and the files mounted into it.

Written from Kubernetes' sources without a look at the sealer, so that the two can be compared:
expansion: third_party/forked/golang/expansion/expand.go; variables: pkg/kubelet/kubelet_pods.go `makeEnvironmentVariables`.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

OWN = "LAUNCHPAD_SEALED_"

Object = dict[str, Any]
Store = Mapping[tuple[str, str], Mapping[str, bytes]]


@dataclass(frozen=True)
class View:
    """One container, as it runs. `files`: path → (content, mode); `other`: what is neither expanded nor mounted."""

    command: tuple[str, ...]
    args: tuple[str, ...]
    env: Mapping[str, str]
    files: Mapping[str, tuple[bytes, int]]
    other: Mapping[str, Any]


def views(objects: Iterable[Object]) -> dict[str, View]:
    """`Kind/name container` → what it sees."""
    given = list(objects)
    store = {(item["kind"], item["metadata"]["name"]): _content(item) for item in given if item["kind"] in _DATA}
    found = {}
    for item in given:
        spec = _pod_spec(item)
        for field in ("initContainers", "containers", "ephemeralContainers"):
            for container in spec.get(field, []) if spec else []:
                name = f"{item['kind']}/{item['metadata']['name']} {container['name']}"
                found[name] = _view(container, spec or {}, store)
    return found


def expand(text: str, variables: Mapping[str, str]) -> str:
    """Kubernetes' `Expand`, character by character."""
    result, cursor = "", 0
    while cursor < len(text):
        if text[cursor] != "$" or cursor + 1 == len(text):
            result, cursor = result + text[cursor], cursor + 1
            continue
        after = text[cursor + 1]
        end = text.find(")", cursor)
        if after == "$":
            result, cursor = result + "$", cursor + 2
        elif after == "(" and end >= 0:
            name = text[cursor + 2 : end]
            result, cursor = result + variables.get(name, f"$({name})"), end + 1
        else:
            result, cursor = result + "$" + after, cursor + 2
    return result


_DATA = {"ConfigMap": ("data", "binaryData"), "Secret": ("stringData", "data")}


def _content(item: Object) -> dict[str, bytes]:
    plain, coded = _DATA[item["kind"]]
    content = {key: base64.b64decode(value) for key, value in (item.get(coded) or {}).items()}
    return content | {key: value.encode() for key, value in (item.get(plain) or {}).items()}


def _pod_spec(item: Object) -> Object | None:
    if item["kind"] == "Pod":
        spec: Object = item["spec"]
        return spec
    holder = item["spec"]["jobTemplate"] if item["kind"] == "CronJob" else item
    found: Object | None = (holder.get("spec") or {}).get("template", {}).get("spec")
    return found


def _view(container: Object, spec: Object, store: Store) -> View:
    variables = _variables(container, store)
    files: dict[str, tuple[bytes, int]] = {}
    for mount in container.get("volumeMounts", []):
        volume = next(volume for volume in spec["volumes"] if volume["name"] == mount["name"])
        files |= _mounted(mount, volume, store)
    special = {"command", "args", "env", "envFrom"}
    return View(
        tuple(expand(text, variables) for text in container.get("command", [])),
        tuple(expand(text, variables) for text in container.get("args", [])),
        {name: value for name, value in variables.items() if not name.startswith(OWN)},
        files,
        {key: value for key, value in container.items() if key not in special},
    )


def _variables(container: Object, store: Store) -> dict[str, str]:
    result: dict[str, str] = {}
    for source in container.get("envFrom") or []:
        for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
            if key in source:
                for name, value in store.get((kind, source[key]["name"]), {}).items():
                    result[source.get("prefix", "") + name] = value.decode()
    own: dict[str, str] = {}
    for entry in container.get("env") or []:
        text = _value(entry, own, store)
        if text is not None:
            own[entry["name"]] = text
    return result | own


def _value(entry: Object, own: Mapping[str, str], store: Store) -> str | None:
    """None where an optional key is missing, which leaves the variable unset."""
    if entry.get("value"):
        return expand(entry["value"], own)
    source = entry.get("valueFrom") or {}
    for kind, key in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
        if key in source:
            data = store.get((kind, source[key]["name"]))
            if data is None:
                return f"from elsewhere: {source}"
            if source[key]["key"] not in data:
                assert source[key].get("optional"), f"{kind}/{source[key]['name']} has no {source[key]['key']}"
                return None
            return data[source[key]["key"]].decode()
    return f"from elsewhere: {source}" if source else ""


def _mounted(mount: Object, volume: Object, store: Store) -> dict[str, tuple[bytes, int]]:
    files = _volume_files(volume, store)
    if files is None:
        rest = {key: value for key, value in volume.items() if key != "name"}
        return {mount["mountPath"]: (str(rest).encode(), 0)}
    target, part = PurePosixPath(mount["mountPath"]), mount.get("subPath")
    if part is None:
        return {str(target / path): file for path, file in files.items()}
    if part in files:
        return {str(target): files[part]}
    inside = {path: file for path, file in files.items() if path.startswith(f"{part}/")}
    return {str(target / path[len(part) + 1 :]): file for path, file in inside.items()}


def _volume_files(volume: Object, store: Store) -> dict[str, tuple[bytes, int]] | None:
    """Path in the volume → file; None for a volume that holds neither ConfigMap nor Secret."""
    if "configMap" in volume:
        return _projection("ConfigMap", volume["configMap"], volume["configMap"].get("defaultMode", 0o644), store)
    if "secret" in volume:
        source = {**volume["secret"], "name": volume["secret"]["secretName"]}
        return _projection("Secret", source, source.get("defaultMode", 0o644), store)
    if "projected" not in volume:
        return None
    files: dict[str, tuple[bytes, int]] = {}
    mode = volume["projected"].get("defaultMode", 0o644)
    for source in volume["projected"]["sources"]:
        for kind, key in (("ConfigMap", "configMap"), ("Secret", "secret")):
            if key in source:
                files |= _projection(kind, source[key], mode, store)
    return files


def _projection(kind: str, source: Object, mode: int, store: Store) -> dict[str, tuple[bytes, int]]:
    data = store.get((kind, source["name"]))
    if data is None:
        assert source.get("optional"), f"{kind}/{source['name']} is missing and not optional"
        return {}
    items = source.get("items") or [{"key": key, "path": key} for key in data]
    return {item["path"]: (data[item["key"]], item.get("mode", mode)) for item in items if item["key"] in data}
