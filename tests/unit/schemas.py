"""JSON schemas of Kubernetes' own kinds, made from its Python client, whose models come from its API description.

kubeconform would fetch schemas from the network; these need none, and forbid unknown fields as its strict ones do.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from kubernetes import client

LOCATION = "{{.ResourceKind}}{{.KindSuffix}}.json"
_PLAIN: dict[str, dict[str, Any]] = {
    "str": {"type": ["string", "null"]},
    "int": {"type": ["integer", "null"]},
    "float": {"type": ["number", "null"]},
    "bool": {"type": ["boolean", "null"]},
    "datetime": {"type": ["string", "null"]},
    "bytes": {"type": ["string", "null"]},
    "object": {},
}
_QUANTITIES = {"limits", "requests", "hard", "capacity", "default", "max", "min", "size_limit"}


def write_schemas(folder: Path, kinds: Iterable[tuple[str, str]]) -> list[str]:
    """Write a schema for each (apiVersion, kind) that the client knows; returns the kinds that it does not know."""
    unknown = []
    for api_version, kind in kinds:
        group, _, version = api_version.rpartition("/")
        model = f"{version.capitalize()}{kind}"
        if not hasattr(client, model):
            unknown.append(kind)
            continue
        suffix = f"-{group.split('.')[0]}-{version}" if group else f"-{version}"
        (folder / f"{kind.lower()}{suffix}.json").write_text(json.dumps(_schema(model)))
    return unknown


def write_crd_schemas(manifest: Path, folder: Path) -> None:
    """Write a schema for each version of each custom resource that a manifest defines."""
    for crd in yaml.load_all(manifest.read_text(encoding="utf-8"), yaml.CSafeLoader):
        if crd and crd["kind"] == "CustomResourceDefinition":
            kind, group = crd["spec"]["names"]["kind"].lower(), crd["spec"]["group"].split(".")[0]
            for version in crd["spec"]["versions"]:
                schema = _closed(version["schema"]["openAPIV3Schema"])
                schema["properties"]["metadata"] = {"type": "object"}
                (folder / f"{kind}-{group}-{version['name']}.json").write_text(json.dumps(schema))


def _closed(schema: Any) -> Any:
    """A CRD's schema that allows no field but those that it names, as the API server's strict validation does."""
    if isinstance(schema, list):
        return [_closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        closed.setdefault("additionalProperties", False)
    return closed


def _schema(name: str) -> dict[str, Any]:
    """From the models of the client's older releases, or from those of 37 and later, which are pydantic's."""
    model = getattr(client, name)
    if hasattr(model, "model_json_schema"):
        schema: dict[str, Any] = _with_quantities(model.model_json_schema(by_alias=True))
        return schema
    definitions: dict[str, Any] = {}
    return {"allOf": [_model(name, definitions)], "definitions": definitions}


def _with_quantities(schema: Any, field: str = "") -> Any:
    """Amounts may be numbers as well as texts."""
    if isinstance(schema, list):
        return [_with_quantities(one, field) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if field in _QUANTITIES and schema.get("type") == "string":
        return {**schema, "type": ["string", "number"]}
    properties = {name: _with_quantities(one, name) for name, one in (schema.get("properties") or {}).items()}
    rest = {key: _with_quantities(one, field) for key, one in schema.items() if key != "properties"}
    return {**rest, **({"properties": properties} if properties else {})}


def _model(name: str, definitions: dict[str, Any]) -> dict[str, Any]:
    if name not in definitions:
        model = getattr(client, name)
        definitions[name] = {}
        fields = model.attribute_map.items()
        properties = {wire: _type(model.openapi_types[field], field, definitions) for field, wire in fields}
        required = [
            wire for field, wire in fields if "must not be `None`" in inspect.getsource(getattr(model, field).fset)
        ]
        definitions[name] = {
            "type": ["object", "null"],
            "properties": properties,
            "additionalProperties": False,
            **({"required": required} if required else {}),  # Draft 4 allows no empty list
        }
    return {"$ref": f"#/definitions/{name}"}


def _type(text: str, field: str, definitions: dict[str, Any]) -> dict[str, Any]:
    if match := re.fullmatch(r"[Ll]ist\[(.*)\]", text):
        return {"type": ["array", "null"], "items": _type(match[1], "", definitions)}
    if match := re.fullmatch(r"[Dd]ict[\[(]str, ?(.*)[\])]", text):
        return {"type": ["object", "null"], "additionalProperties": _type(match[1], field, definitions)}
    if text == "str" and field in _QUANTITIES:
        return {"type": ["string", "number", "null"]}
    return _PLAIN[text] if text in _PLAIN else _model(text, definitions)
