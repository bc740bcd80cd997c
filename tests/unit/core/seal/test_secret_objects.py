"""Secrets that plugins make, and the references to them in every kind."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.unit.core.seal.objects import Object, config_map, container, pod_spec, sealed, secret, workload
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.seal import Sealed

DOCKER = json.dumps({"auths": {"registry.example.com": {"auth": base64.b64encode(b"joe:Xq7kW2pLm9Tz").decode()}}})


def _only(result: Sealed) -> Object:
    (found,) = result.secrets
    return found


@pytest.mark.parametrize("field", ["data", "stringData"])
def test_secret_is_taken_with_its_type_and_labels(field: str) -> None:
    value = "some-value" if field == "stringData" else base64.b64encode(b"some-value").decode()
    labels = {"app.kubernetes.io/part-of": "openedx"}
    given: Object = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "own", "labels": labels},
        "type": "kubernetes.io/basic-auth",
        field: {"password": value},
    }

    found = _only(sealed(given))

    assert found["type"] == "kubernetes.io/basic-auth"
    assert found["immutable"] is True
    assert found["metadata"]["labels"] == labels
    assert found["metadata"]["namespace"] == "academy"
    assert found["data"] == {"password": base64.b64encode(b"some-value").decode()}


def test_string_data_wins_over_data() -> None:
    given = {
        **secret("own", {"key": "from-text"}),
        "data": {"key": base64.b64encode(b"from-data").decode(), "b": "Yg\n==\n"},
    }

    assert _only(sealed(given))["data"] == {"key": base64.b64encode(b"from-text").decode(), "b": "Yg=="}


REFERENCES: list[tuple[str, Object]] = [
    ("pull", workload("Deployment", pod_spec(imagePullSecrets=[{"name": "own"}]))),
    (
        "account",
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "lms"}, "secrets": [{"name": "own"}]},
    ),
    (
        "account-pull",
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "x"},
            "imagePullSecrets": [{"name": "own"}],
        },
    ),
    (
        "ingress",
        {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {"name": "web"},
            "spec": {"tls": [{"hosts": ["a.b"], "secretName": "own"}]},
        },
    ),
    (
        "issuer",
        {
            "apiVersion": "cert-manager.io/v1",
            "kind": "Issuer",
            "metadata": {"name": "dns"},
            "spec": {
                "acme": {"solvers": [{"dns01": {"cloudflare": {"apiTokenSecretRef": {"name": "own", "key": "k"}}}}]}
            },
        },
    ),
    (
        "role",
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "reader"},
            "rules": [{"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["own", "x"], "verbs": ["get"]}],
        },
    ),
    (
        "csi",
        workload(
            "Job", pod_spec(volumes=[{"name": "v", "csi": {"driver": "d", "nodePublishSecretRef": {"name": "own"}}}])
        ),
    ),
    ("azure", workload("Job", pod_spec(volumes=[{"name": "v", "azureFile": {"secretName": "own", "shareName": "s"}}]))),
]


@pytest.mark.parametrize("item", [item for _, item in REFERENCES], ids=[name for name, _ in REFERENCES])
def test_reference_to_a_secret_follows_its_name(item: Object) -> None:
    result = sealed(secret("own", {"k": "some-value"}), item)

    name = _only(result)["metadata"]["name"]
    assert json.dumps(list(result.public)) == json.dumps([item]).replace('"own"', f'"{name}"')


def test_objects_that_share_the_name_of_a_secret_keep_it() -> None:
    spec = pod_spec(
        container("own", volumeMounts=[{"name": "own", "mountPath": "/x"}]), volumes=[{"name": "own", "emptyDir": {}}]
    )
    spec["volumes"][0] = {"name": "own", "configMap": {"name": "own"}}
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "own"}, "spec": {"selector": {"app": "own"}}}
    objects = [workload("Deployment", spec, "own"), service, config_map("own", {"a": "b"})]

    result = sealed(secret("own", {"k": "some-value"}), *objects)

    assert list(result.public) == objects


def test_objects_that_share_the_name_of_a_sealed_map_keep_it() -> None:
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "settings"},
        "spec": {"selector": {"app": "settings"}},
    }
    spec = pod_spec(container("settings"), volumes=[{"name": "settings", "configMap": {"name": "settings"}}])

    result = sealed(config_map(), service, workload("Deployment", spec, "settings"))

    assert result.public[0] == service
    assert result.public[1]["metadata"] == {"name": "settings", "labels": {"app": "settings"}}
    assert result.public[1]["spec"]["template"]["spec"]["volumes"][0]["name"] == "settings"


def test_registry_password_is_found_where_it_stands_again() -> None:
    pull = secret("own", {".dockerconfigjson": DOCKER}, type="kubernetes.io/dockerconfigjson")
    coded = base64.b64encode(b"joe:Xq7kW2pLm9Tz").decode()

    result = sealed(pull, workload("Job", pod_spec(container(args=[f"Authorization: Basic {coded}"]))), secrets={})

    assert coded not in json.dumps(result.public)


def test_value_of_a_secret_is_found_where_it_stands_again() -> None:
    spec = pod_spec(container(args=["login hidden-Value-7"]))

    result = sealed(secret("own", {"password": "hidden-Value-7"}), workload("Job", spec), secrets={})

    assert "hidden-Value-7" not in json.dumps(result.public)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"type": "kubernetes.io/service-account-token"}, "Kubernetes fills in a Secret of type"),
        ({"data": {"key": "no base64"}}, "is no valid base64"),
        ({"metadata": {"name": "own", "namespace": "other"}}, "is in namespace other, not in academy"),
    ],
    ids=["token", "base64", "namespace"],
)
def test_secret_that_cannot_be_kept_is_refused(fields: dict[str, Any], sentence: str) -> None:
    given = {**secret("own", {"k": "some-value"}), **fields}

    with pytest.raises(Refused) as refused:
        sealed(given)

    assert "Secret/own" in str(refused.value)
    assert sentence in str(refused.value)
