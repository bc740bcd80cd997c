"""Pods get the same files, arguments and variables from sealed objects, beside Secrets and what stays public."""

from __future__ import annotations

import base64
import json

import pytest

from tests.unit.core.seal import pod_view
from tests.unit.core.seal.objects import (
    PASSWORD,
    TOKEN,
    Object,
    config_map,
    container,
    everything,
    pod_spec,
    sealed,
    secret,
    workload,
)
from tutor_launchpad.core.seal import seal

MOUNT = {"name": "v", "mountPath": "/etc/app"}


def assert_same_view(*objects: Object) -> list[Object]:
    """Seal, compare what containers see, and return the public objects, which hold no secret."""
    result = sealed(*objects)

    assert pod_view.views(everything(result)) == pod_view.views(objects)
    assert PASSWORD not in json.dumps(result.public)
    assert TOKEN not in json.dumps(result.public)
    return list(result.public)


@pytest.mark.parametrize(
    ("volume", "mount"),
    [
        ({"projected": {"sources": [{"configMap": {"name": "settings"}}, {"secret": {"name": "own"}}]}}, {}),
        (
            {
                "projected": {
                    "defaultMode": 0o440,
                    "sources": [
                        {"configMap": {"name": "settings", "items": [{"key": "urls.py", "path": "u", "mode": 0o400}]}},
                        {"secret": {"name": "own", "items": [{"key": "key", "path": "k"}], "optional": True}},
                        {"configMap": {"name": "elsewhere", "optional": True}},
                    ],
                }
            },
            {},
        ),
        ({"secret": {"secretName": "own", "defaultMode": 0o400}}, {}),
        ({"secret": {"secretName": "elsewhere", "optional": True}}, {}),
        ({"emptyDir": {}}, {}),
    ],
    ids=["projected", "projected-items", "secret", "absent-secret", "empty"],
)
def test_volume_beside_secrets(volume: Object, mount: Object) -> None:
    main = container(volumeMounts=[{**MOUNT, **mount}], env=[{"name": "A", "value": PASSWORD}])
    spec = pod_spec(main, volumes=[{"name": "v", **volume}])

    assert_same_view(config_map(), secret("own", {"key": "own-value", "other": TOKEN}), workload("Deployment", spec))


@pytest.mark.parametrize(
    "fields",
    [
        {"envFrom": [{"configMapRef": {"name": "elsewhere", "optional": True}}]},
        {"envFrom": [{"secretRef": {"name": "own"}}], "args": ["$(key)"]},
        {"env": [{"name": "K", "valueFrom": {"secretKeyRef": {"name": "own", "key": "key"}}}], "args": ["$(K)"]},
        {"env": [{"name": "K", "valueFrom": {"configMapKeyRef": {"name": "no", "key": "k", "optional": True}}}]},
        {"env": [{"name": "K", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}], "args": ["$(K)"]},
        {"env": [{"name": "MAIL", "value": "from env"}], "envFrom": [{"configMapRef": {"name": "variables"}}]},
    ],
    ids=["absent", "secret-from", "secret-key", "absent-key", "field", "env-wins"],
)
def test_variables_from_elsewhere(fields: Object) -> None:
    variables = config_map("variables", {"MAIL": f"smtp {TOKEN}"})
    spec = pod_spec(container(**fields))

    assert_same_view(config_map(), variables, secret("own", {"key": "own-value"}), workload("Job", spec))


def test_reference_to_a_sealed_map_keeps_its_other_fields() -> None:
    source = {"name": "settings", "key": "urls.py", "optional": True}
    spec = pod_spec(container(env=[{"name": "V", "valueFrom": {"configMapKeyRef": source}}]))

    (public,) = assert_same_view(config_map(), workload("Job", spec))

    reference = public["spec"]["template"]["spec"]["containers"][0]["env"][0]["valueFrom"]["secretKeyRef"]
    assert {**reference, "name": "settings"} == source


def test_objects_without_secrets_stay_as_they_are() -> None:
    spec = pod_spec(container(volumeMounts=[MOUNT]), volumes=[{"name": "v", "configMap": {"name": "plain"}}])
    objects = [config_map("plain", {"a": "b"}), workload("Deployment", spec)]

    result = sealed(*objects)

    assert list(result.public) == objects
    assert result.secrets == ()
    assert result.masked == {}


def test_input_stays_as_it_is() -> None:
    spec = pod_spec(container(args=[PASSWORD]), volumes=[{"name": "v", "configMap": {"name": "settings"}}])
    objects = [config_map(), workload("Deployment", spec)]
    before = json.dumps(objects)

    seal(objects, {"MYSQL_PASSWORD": PASSWORD}, "key-of-the-names", "academy")

    assert json.dumps(objects) == before


def test_binary_data_is_sealed_too() -> None:
    blob = base64.b64encode(b"\xff\x00" + PASSWORD.encode() + b"\xfe").decode()
    spec = pod_spec(container(volumeMounts=[MOUNT]), volumes=[{"name": "v", "configMap": {"name": "settings"}}])

    assert_same_view(config_map(data={"a": "b"}, binaryData={"blob": blob}), workload("Job", spec))


def test_private_key_that_no_setting_has_is_sealed() -> None:
    body = "MHcCAQEEIIrYSSNQFaA2Hwf1duRSxKtLYX5CB04fSeQ6tF1aY"
    key = f"-----BEGIN EC PRIVATE KEY-----\n{body}\n-----END EC PRIVATE KEY-----\n"
    volumes = [{"name": "v", "configMap": {"name": "keys"}}]
    env = [{"name": "IDENTITY", "value": key}]
    main = container(volumeMounts=[MOUNT], env=env, args=["-k", key.replace("\n", "\n  ")])

    public = assert_same_view(
        config_map("keys", {"id": f"# key\n{key}"}), workload("Job", pod_spec(main, volumes=volumes))
    )

    assert body not in json.dumps(public)
