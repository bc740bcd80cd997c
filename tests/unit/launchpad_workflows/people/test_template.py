"""The pod that works on people: like the LMS's, with less."""

from __future__ import annotations

import json
from typing import Any

import pytest
from launchpad_workflows.client import Object
from launchpad_workflows.people.access import build_access
from launchpad_workflows.people.lms import read_lms
from launchpad_workflows.people.model import ACTIONS, Action
from launchpad_workflows.people.template import build_people, script
from launchpad_workflows.templates.common import to_object

from tests.unit.launchpad_workflows.regenerate import lms
from tutor_launchpad.steps.namespace import OURS


@pytest.fixture(params=ACTIONS)
def template(request: pytest.FixtureRequest) -> Object:
    return to_object(build_people(read_lms(lms()), "moon", request.param))


def pod(template: Object) -> dict[str, Any]:
    (one,) = template["spec"]["templates"]
    found: dict[str, Any] = one
    return found


def test_pod_sees_the_instance_as_the_lms_does(template: Object) -> None:
    one = pod(template)

    mounts = {mount["name"] for mount in one["container"]["volumeMounts"]}
    assert one["container"]["image"] == "registry.example/openedx:22"
    assert one["container"]["env"][0]["valueFrom"]["secretKeyRef"]["name"] == "sealed-arguments-1"
    assert {"settings-lms", "config"} <= mounts
    assert not mounts & {"disk", "unused"}
    assert {volume["name"] for volume in one["volumes"]} == mounts
    assert template["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    assert (one["nodeSelector"], one["securityContext"]["runAsUser"]) == ({"pool": "edx"}, 1000)


def test_pod_runs_beside_the_lms_where_pods_of_the_lms_may_not(template: Object) -> None:
    assert list(pod(template)["affinity"]) == ["nodeAffinity"]


def test_pod_has_no_token_and_is_confined(template: Object) -> None:
    one = pod(template)

    assert one["automountServiceAccountToken"] is False
    assert one["executor"] == {"serviceAccountName": "launchpad-executor"}
    assert one["container"]["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    assert one["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}


@pytest.mark.parametrize(("action", "mounted"), [("create", True), ("remove", False), ("list", False)])
def test_secret_is_mounted_where_a_password_is_set(action: Action, mounted: bool) -> None:
    template = to_object(build_people(read_lms(lms()), "moon", action))

    assert ("launchpad-person" in json.dumps(template)) is mounted
    assert ([one["name"] for one in template["spec"]["arguments"]["parameters"]][1:] == ["secret"]) is mounted


def test_pods_are_not_the_lms_for_its_service(template: Object) -> None:
    assert template["spec"]["podMetadata"]["labels"] == {
        "app.kubernetes.io/managed-by": "launchpad",
        "launchpad.openedx.org/operation": "people",
    }


def test_script_has_nothing_that_argo_would_replace() -> None:
    assert "{{" not in script()


def test_a_deploy_leaves_the_policy_alone() -> None:
    policy = build_access("moon")[-1]
    label, _, value = OURS.partition("=")

    assert policy["kind"] == "NetworkPolicy"
    assert policy["metadata"]["labels"].get(label) != value
