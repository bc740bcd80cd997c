"""Every place from which a secret cannot be moved stops the deploy, by object, path and setting, without the value."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

import pytest

from tests.unit.core.seal.objects import (
    PASSWORD,
    SECRETS,
    TOKEN,
    Object,
    config_map,
    container,
    pod_spec,
    sealed,
    secret,
    workload,
)
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.seal import seal


def _refusal(*objects: Object, secrets: dict[str, str] | None = None) -> str:
    with pytest.raises(Refused) as refused:
        sealed(*objects, secrets=secrets)
    text = str(refused.value)
    for value in (secrets or SECRETS).values():
        assert len(value.strip()) < 8 or value not in text
    return text


def _deployment(**metadata: Any) -> Object:
    item = workload("Deployment", pod_spec())
    return {**item, "metadata": {**item["metadata"], **metadata}}


def _custom(spec: object) -> Object:
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": spec}


def _job(**fields: Any) -> Object:
    return workload("Job", pod_spec(container(**fields)))


PROBE = {"exec": {"command": ["mysqladmin", f"-p{PASSWORD}", "ping"]}}
VOLUME = {"name": "v", "csi": {"driver": "d", "volumeAttributes": {"login": PASSWORD}}}
KEPT = "metadata.annotations"


@pytest.mark.parametrize(
    ("item", "place"),
    [
        (_deployment(annotations={"note": f"login {PASSWORD}"}), "Deployment/lms metadata.annotations.note"),
        (_deployment(annotations={PASSWORD: "x"}), "Deployment/lms metadata.annotations (a key)"),
        (_deployment(labels={"login": PASSWORD}), "Deployment/lms metadata.labels.login"),
        (_job(livenessProbe=PROBE), "Job/lms spec.template.spec.containers[0].livenessProbe.exec.command[1]"),
        (_job(readinessProbe=PROBE), "Job/lms spec.template.spec.containers[0].readinessProbe.exec.command[1]"),
        (_job(startupProbe=PROBE), "Job/lms spec.template.spec.containers[0].startupProbe.exec.command[1]"),
        (_job(lifecycle={"preStop": PROBE}), "Job/lms spec.template.spec.containers[0].lifecycle.preStop.exec.command[1]"),
        (_job(livenessProbe={"httpGet": {"path": f"/?key={PASSWORD}"}}), "containers[0].livenessProbe.httpGet.path"),
        (_job(image=f"example.com/{PASSWORD}:1"), "Job/lms spec.template.spec.containers[0].image"),
        (_job(workingDir=f"/{PASSWORD}"), "Job/lms spec.template.spec.containers[0].workingDir"),
        (_job(env=[{"name": PASSWORD, "value": "x"}]), "Job/lms spec.template.spec.containers[0].env[0].name"),
        (_job(volumeMounts=[{"name": "v", "mountPath": "/x", "subPath": PASSWORD}]), "volumeMounts[0].subPath"),
        (workload("Job", pod_spec(volumes=[VOLUME])), "Job/lms spec.template.spec.volumes[0].csi.volumeAttributes.login"),
        (_custom({"password": PASSWORD}), "Widget/w spec.password"),
        (_custom({PASSWORD: 1}), "Widget/w spec (a key)"),
        (_custom([{"url": f"redis://:{PASSWORD}@r"}]), "Widget/w spec[0].url"),
        (_custom({"b": base64.b64encode(f"xy{PASSWORD}".encode()).decode()}), "Widget/w spec.b"),
        ({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"}, "spec": {"externalName": PASSWORD}}, "Service/s"),
    ],
    ids=[
        "annotation", "annotation-key", "label", "liveness", "readiness", "startup", "lifecycle", "http-probe", "image",
        "working-dir", "env-name", "sub-path", "csi", "custom", "custom-key", "custom-url", "custom-base64", "service",
    ],
)  # fmt: skip
def test_secret_where_nothing_expands_is_refused(item: Object, place: str) -> None:
    text = _refusal(item)

    assert "Setting MYSQL_PASSWORD would be readable in Git" in text
    assert place in text
    assert PASSWORD not in text


def test_secret_in_the_name_of_an_object_is_refused() -> None:
    text = _refusal(_deployment(name="login-abcd-7f3k"), secrets={"MYSQL_PASSWORD": "abcd-7f3k"})

    assert "Setting MYSQL_PASSWORD would be readable in Git, in Deployment/login-«MYSQL_PASSWORD» metadata.name" in text


def test_secret_in_the_key_of_a_map_is_refused() -> None:
    public = _refusal(config_map("plain", {f"of-{TOKEN}": "x"}))
    taken = _refusal(config_map("settings", {f"of-{TOKEN}": PASSWORD}))

    assert "Setting MAIL_TOKEN would be readable in Git, in ConfigMap/plain data (a key)" in public
    assert "ConfigMap/settings has a key that contains the value of setting MAIL_TOKEN" in taken


def test_secret_in_the_name_of_a_sealed_map_is_refused() -> None:
    item = config_map("map-abcd-7f3k", {"a": "abcd-7f3k"})

    text = _refusal(item, workload("Job", pod_spec(volumes=[{"name": "v", "configMap": {"name": "map-abcd-7f3k"}}])),
                    secrets={"MYSQL_PASSWORD": "abcd-7f3k"})  # fmt: skip

    assert "Setting MYSQL_PASSWORD would be readable in Git" in text


POD_WITH_MAP = pod_spec(volumes=[{"name": "v", "configMap": {"name": "settings"}}])


@pytest.mark.parametrize(
    "item",
    [
        _custom({"configMapRef": {"name": "settings"}}),
        _custom({"configMap": "settings"}),
        _custom({"template": {"configMapName": "settings"}}),
        _custom({"sources": [{"configMap": {"name": "settings", "key": "settings.py"}}]}),
        _custom({"jobTargetRef": {"template": {"spec": POD_WITH_MAP}}}),
        {"apiVersion": "v1", "kind": "PodTemplate", "metadata": {"name": "p"}, "template": {"spec": POD_WITH_MAP}},
        {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "Role",
            "metadata": {"name": "reader"},
            "rules": [
                {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["settings"], "verbs": ["get"]}
            ],
        },
    ],
    ids=["ref", "text", "name", "source", "scaled-job", "pod-template", "role"],
)
def test_sealed_map_that_is_referred_to_outside_of_pods_is_refused(item: Object) -> None:
    text = _refusal(config_map(), item)

    assert f"{item['kind']}/{item['metadata']['name']}" in text
    assert "refers to a ConfigMap that holds secrets" in text


@pytest.mark.parametrize(
    "text",
    ["settings-bcdfghkm24", "kubectl get configmap settings-bcdfghkm24", "bcdfghkm24"],
)
@pytest.mark.parametrize("where", ["annotation", "argument"])
def test_kustomizes_hash_of_a_sealed_map_is_refused(text: str, where: str) -> None:
    item = _deployment(annotations={"checksum": text}) if where == "annotation" else _job(args=[text])

    refusal = _refusal(config_map("settings-bcdfghkm24"), item)

    assert "holds a name or digest made of the content of settings" in refusal


@pytest.mark.parametrize("field", ["command", "args"])
def test_secret_that_may_be_the_name_of_a_variable_is_refused(field: str) -> None:
    fields = {field: [f"$({PASSWORD})"], "envFrom": [{"secretRef": {"name": "elsewhere"}}]}

    text = _refusal(_job(**fields))

    assert f"Job/lms containers[0] {field}[0] holds MYSQL_PASSWORD in a way that cannot be taken out" in text


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
@pytest.mark.parametrize("upper", [False, True])
def test_plain_digest_is_refused(algorithm: str, upper: bool) -> None:
    content = config_map()["data"]["settings.py"]
    for text in (content, PASSWORD):
        digest = hashlib.new(algorithm, text.encode()).hexdigest()
        refusal = _refusal(
            config_map(), _deployment(annotations={"checksum/config": digest.upper() if upper else digest})
        )
        assert "Deployment/lms metadata.annotations.checksum/config" in refusal


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("abc", "is secret but has only 3 characters"),
        ("  abc ", "is secret but has only 3 characters"),
        ("1", "is secret but has only 1 characters"),
        ("password", "would be readable in Git: its value is a common word"),
        ("OpenedX", "would be readable in Git: its value is a common word"),
        (" admin\n", "would be readable in Git: its value is a common word"),
    ],
)
def test_weak_secret_is_refused(value: str, why: str) -> None:
    text = _refusal(_job(args=["none"]), secrets={"MYSQL_PASSWORD": value})

    assert f"Setting MYSQL_PASSWORD {why}" in text
    assert "LAUNCHPAD_PUBLIC_SETTINGS" in text


def test_secret_equal_to_a_word_of_the_manifests_is_refused() -> None:
    text = _refusal(_deployment(name="academy-web"), secrets={"MYSQL_PASSWORD": "academy"})

    assert "choose a value that is no common word" in text
    assert not re.search(r"\bacademy\b", text)


def test_empty_key_is_refused() -> None:
    with pytest.raises(Refused, match="LAUNCHPAD_SEAL_KEY"):
        seal([], {}, "", "academy")


def test_every_problem_is_named_at_once() -> None:
    objects = [
        _deployment(annotations={"note": PASSWORD}),
        _custom({"token": TOKEN}),
        config_map("settings"),
        _custom({"configMapRef": {"name": "settings"}}),
        {**secret("own", {"k": "v"}), "type": "kubernetes.io/service-account-token"},
    ]

    with pytest.raises(Refused) as refused:
        sealed(*objects, secrets={**SECRETS, "SHORT_TOKEN": "abc"})

    assert len(refused.value.problems) == 5
    assert PASSWORD not in str(refused.value)
    assert TOKEN not in str(refused.value)


def test_many_places_are_counted() -> None:
    text = _refusal(_deployment(annotations={f"note-{number}": PASSWORD for number in range(7)}))

    assert "and 4 more places" in text
    assert "annotations.note-2" in text
    assert "annotations.note-3" not in text
