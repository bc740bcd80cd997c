"""Objects that a plugin has added wrongly are told one by one, before anything relies on their form."""

from __future__ import annotations

from typing import Any

import pytest

from tutor_launchpad.core.objects import form_problems
from tutor_launchpad.core.types import Object


def _object(kind: str = "ConfigMap", name: object = "moon", version: str = "v1", **fields: Any) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}, **fields}


def _pod(**spec: Any) -> Object:
    return _object("Deployment", version="apps/v1", spec={"template": {"spec": spec}})


@pytest.mark.parametrize(
    ("item", "sentence"),
    [
        ([], "Manifest 1 is no object but a list"),
        (None, "Manifest 1 is no object but a NoneType"),
        ({}, "Manifest 1 (of no kind) has no valid apiVersion and kind and metadata.name"),
        ({"apiVersion": "v1", "kind": "Secret", "metadata": []}, "Manifest 1 (Secret) has no valid metadata.name"),
        (_object(name=7), "ConfigMap/7 has no valid metadata.name"),
        (_object(name="two words"), "ConfigMap/two words has no valid metadata.name"),
        (_object(kind=""), "Object/moon has no valid kind"),
        (_object(version=""), "ConfigMap/moon has no valid apiVersion"),
        (
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "moon", "namespace": "other"}},
            "ConfigMap/moon is in namespace other, and an instance owns only its own, academy",
        ),
        (
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "moon", "labels": {"a": 1}}},
            "ConfigMap/moon has a int under labels.a, where a text must be",
        ),
        (
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "moon", "annotations": ["a"]}},
            "ConfigMap/moon has annotations that are no mapping",
        ),
        (_object("Service"), "Service/moon has no spec"),
        (_object("HorizontalPodAutoscaler", spec={}), "has no scaleTargetRef with kind and name"),
        (_object("Ingress", spec={"rules": {"host": "a"}}), "Ingress/moon has rules that are no list of mappings"),
        (_pod(containers={"name": "a"}), "Deployment/moon has containers or volumes that are no list"),
        (_pod(containers=[{"env": [{"value": "a"}]}]), "Deployment/moon containers[0] has a variable without a name"),
        (_pod(containers=[{"env": [{"name": "A", "value": 12345678}]}]), "containers[0] sets variable A to no text"),
    ],
)  # fmt: skip
def test_object_of_a_wrong_form_is_one_sentence(item: object, sentence: str) -> None:
    (problem,) = form_problems([item], "academy")

    assert sentence in problem


def test_object_that_is_there_twice_is_told() -> None:
    objects = [_object(), _object(), _object("Secret"), _object(version="other.org/v1"), _object(name="sun")]

    assert form_problems(objects, "academy") == [
        "ConfigMap/moon is there 2 times, perhaps by two plugins: rename one, or leave it out."
    ]


def test_objects_that_namespaces_take_are_taken() -> None:
    objects = [
        {**_object(), "metadata": {"name": "a.b:c", "namespace": "academy", "labels": None, "annotations": {"a": "1"}}},
        _pod(containers=[{"env": [{"name": "A"}, {"name": "B", "valueFrom": {}}]}], volumes=None),
        _object(
            "HorizontalPodAutoscaler", spec={"scaleTargetRef": {"kind": "Deployment", "name": "a"}, "maxReplicas": 2}
        ),
        _object("Own", version="own.org/v1"),
    ]

    assert form_problems(objects, "academy") == []
