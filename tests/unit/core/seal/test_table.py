"""Every way of reading a sealed map, in every kind that runs pods and every sort of container: all see the same as before."""

from __future__ import annotations

import base64
import json

import pytest

from tests.unit.core.seal import pod_view
from tests.unit.core.seal.objects import (
    KINDS,
    PASSWORD,
    TOKEN,
    Object,
    config_map,
    container,
    everything,
    pod_spec,
    sealed,
    workload,
)

BLOB = base64.b64encode(b"\xff\x00" + TOKEN.encode()).decode()
MAP = config_map(data={"file": f"p={PASSWORD}\n", "PLAIN": "x"}, binaryData={"blob": BLOB}, immutable=True)
VARIABLES = config_map("variables", {"LOGIN": f"joe:{PASSWORD}", "PLAIN": "y"})
MOUNT = {"name": "v", "mountPath": "/etc/app"}


def _volume(mount: Object | None = None, **source: object) -> tuple[Object, Object]:
    """What a container says, and what its pod does."""
    return {"volumeMounts": [{**MOUNT, **(mount or {})}]}, {"name": "v", **source}


def _reference(**fields: object) -> Object:
    return {"env": [{"name": "V", "valueFrom": {"configMapKeyRef": fields}}], "args": ["<$(V)>"]}


WAYS: dict[str, tuple[Object, Object]] = {
    "volume": _volume(configMap={"name": "settings"}),
    "mode": _volume(configMap={"name": "settings", "defaultMode": 0o400}),
    "items": _volume(configMap={"name": "settings", "items": [{"key": "file", "path": "a/b", "mode": 0o440}]}),
    "binary-item": _volume(configMap={"name": "settings", "items": [{"key": "blob", "path": "b"}]}),
    "optional": _volume(configMap={"name": "settings", "optional": True}),
    "optional-key": _volume(configMap={"name": "settings", "optional": True, "items": [{"key": "no", "path": "n"}]}),
    "absent": _volume(configMap={"name": "elsewhere", "optional": True}),
    "sub-path": _volume({"subPath": "file", "readOnly": True}, configMap={"name": "settings"}),
    "sub-path-of-item": _volume(
        {"subPath": "a"}, configMap={"name": "settings", "items": [{"key": "file", "path": "a/b"}]}
    ),
    "sub-path-expr": _volume({"subPathExpr": "$(POD)"}, configMap={"name": "settings"}),
    "projected": _volume(projected={"defaultMode": 0o444, "sources": [
        {"configMap": {"name": "settings", "items": [{"key": "file", "path": "f", "mode": 0o400}]}},
        {"configMap": {"name": "variables"}},
        {"configMap": {"name": "elsewhere", "optional": True}},
        {"downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]}},
    ]}),
    "projected-sub-path": _volume(
        {"subPath": "f"}, projected={"sources": [{"configMap": {"name": "settings", "items": [{"key": "file", "path": "f"}]}}]}
    ),
    "env-from": ({"envFrom": [{"configMapRef": {"name": "variables"}}], "args": ["$(LOGIN)"]}, {}),
    "env-from-prefix": ({"envFrom": [{"prefix": "APP_", "configMapRef": {"name": "variables"}}], "args": ["$(APP_LOGIN)"]}, {}),
    "env-from-optional": ({"envFrom": [{"configMapRef": {"name": "variables", "optional": True}}]}, {}),
    "env-from-two": (
        {"envFrom": [{"configMapRef": {"name": "variables"}}, {"configMapRef": {"name": "variables"}, "prefix": "B_"}]},
        {},
    ),
    "key": (_reference(name="variables", key="LOGIN"), {}),
    "key-plain": (_reference(name="variables", key="PLAIN"), {}),
    "key-optional": (_reference(name="variables", key="LOGIN", optional=True), {}),
    "key-absent": (_reference(name="variables", key="NO", optional=True), {}),
    "value-and-args": (
        {"env": [{"name": "A", "value": f"x {PASSWORD}"}], "command": ["sh", "-c", "login $(A)"], "args": [TOKEN]},
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("field", ["containers", "initContainers", "ephemeralContainers"])
@pytest.mark.parametrize("kind", [*KINDS, "ReplicationController", "Rollout"])
def test_container_sees_the_same(kind: str, field: str, way: str) -> None:
    fields, volume = WAYS[way]
    spec = pod_spec(container("other"), volumes=[volume] if volume else None)
    spec[field] = [*spec.get(field, []), container("reader", **fields)]
    objects = [MAP, VARIABLES, workload(kind, spec)]

    result = sealed(*objects)

    assert pod_view.views(everything(result)) == pod_view.views(objects)
    assert [item["kind"] for item in result.public] == [kind]
    assert not any(secret in json.dumps(result.public) for secret in (PASSWORD, TOKEN, BLOB))


def test_sealed_map_is_immutable_whether_it_was_or_not() -> None:
    result = sealed(MAP, VARIABLES)

    assert [(item["kind"], item["immutable"]) for item in result.secrets] == [("Secret", True)] * 2


def test_volumes_that_several_containers_share_are_rewritten_once() -> None:
    fields, volume = WAYS["volume"]
    spec = pod_spec(container("a", **fields), container("b", **fields), volumes=[volume])
    spec["initContainers"] = [container("c", **fields)]
    objects = [MAP, workload("StatefulSet", spec)]

    result = sealed(*objects)

    assert pod_view.views(everything(result)) == pod_view.views(objects)
    assert len(result.public[0]["spec"]["template"]["spec"]["volumes"]) == 1
