from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
import yaml
from launchpad_workflows.client import CONTENT_LABEL, Object
from launchpad_workflows.requests import OPERATIONS
from launchpad_workflows.templates import BUILDERS
from launchpad_workflows.templates.check import build_check
from launchpad_workflows.templates.common import TemplateParams, to_object
from launchpad_workflows.templates.provision import build_provision

from tests.unit.launchpad_workflows.regenerate import GOLDEN, PARAMS, golden


@pytest.fixture(params=OPERATIONS)
def template(request: pytest.FixtureRequest) -> Object:
    return to_object(BUILDERS[request.param](PARAMS))


def pods(template: Object) -> list[dict[str, Any]]:
    return [one for one in template["spec"]["templates"] if "container" in one]


def test_every_object_equals_its_golden_file() -> None:
    written = {path.name: yaml.safe_load(path.read_text()) for path in GOLDEN.glob("*.yaml")}

    assert golden() == written


def test_building_twice_gives_the_same() -> None:
    assert to_object(build_provision(PARAMS)) == to_object(build_provision(PARAMS))


def test_content_label_follows_the_content() -> None:
    labels = [
        to_object(build_provision(params))["metadata"]["labels"][CONTENT_LABEL]
        for params in (PARAMS, replace(PARAMS, image="other"))
    ]

    assert labels[0] != labels[1]


def test_pods_are_confined(template: Object) -> None:
    for pod in pods(template):
        assert pod["automountServiceAccountToken"] is False
        assert pod["executor"] == {"serviceAccountName": "launchpad-executor"}
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        patch = json.loads(pod["podSpecPatch"])
        assert [one["name"] for one in patch["containers"] + patch["initContainers"]] == ["wait", "init"]
        context = pod["container"]["securityContext"]
        assert context["readOnlyRootFilesystem"] is True
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert context["allowPrivilegeEscalation"] is False
        assert set(pod["container"]["resources"]) == {"limits", "requests"}


def test_secrets_come_as_files_alone(template: Object) -> None:
    text = json.dumps(template)

    assert "secretKeyRef" not in text
    assert "envFrom" not in text
    for pod in pods(template):
        assert "env" not in pod["container"]
        assert all(
            mount.get("readOnly") for mount in pod["container"]["volumeMounts"] if "/credentials" in mount["mountPath"]
        )


def test_runs_that_change_something_of_an_instance_wait_for_each_other() -> None:
    locked = {
        operation
        for operation, build in BUILDERS.items()
        if to_object(build(PARAMS))["spec"].get("synchronization")
        == {"mutexes": [{"name": "launchpad-instance-{{workflow.parameters.instance}}"}]}
    }

    assert locked == set(OPERATIONS) - {"check", "inspect"}


def test_store_for_copies_is_at_hand_in_one_operation_alone(template: Object) -> None:
    mounts = {mount["mountPath"] for mount in pods(template)[0]["container"]["volumeMounts"]}

    assert any("/credentials/dump/" in mount for mount in mounts) is (
        template["metadata"]["name"] == "launchpad-deprovision"
    )


def test_check_mounts_nothing_of_an_instance() -> None:
    assert "launchpad-instance" not in json.dumps(to_object(build_check(PARAMS)))


def test_optional_pull_secret_is_left_out() -> None:
    assert "imagePullSecrets" not in to_object(build_provision(TemplateParams(image="x")))["spec"]
