"""What a plan says of the cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.fake_deployment import ROOT_ID, make_deployment
from tests.unit.fake_kubernetes import FakeApi
from tests.unit.steps.test_provision import RESOURCES, secret
from tutor_launchpad.core.errors import Conflict
from tutor_launchpad.core.ownership import ID_ANNOTATION
from tutor_launchpad.core.seal import Sealed
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.namespace import run_namespace
from tutor_launchpad.steps.planning import plan_cluster, plan_provisioning
from tutor_launchpad.steps.provision import PROVISIONED, current_fingerprint


def _deployment(api: FakeApi, **settings: Any) -> Deployment:
    deployment = make_deployment(api, **settings)
    deployment.sealed = Sealed((), ({"metadata": {"name": "sealed-x"}},), {})
    return deployment


def _lines(deployment: Deployment) -> list[str]:
    return list(map(str, plan_cluster(deployment)))


def test_everything_is_created_at_first() -> None:
    lines = _lines(_deployment(FakeApi()))

    assert lines[0] == "create Namespace alpha"
    assert {"create Application alpha", "create AppProject alpha", "create Secret sealed-x"} <= set(lines)


def test_policies_that_are_no_longer_wanted_are_named() -> None:
    api = FakeApi()
    run_namespace(_deployment(api))
    api.requests.clear()

    lines = _lines(_deployment(api, network_policies=False))

    assert {"remove NetworkPolicy launchpad-ingress", "remove NetworkPolicy launchpad-egress"} <= set(lines)
    assert not [line for line in lines if "Namespace" in line]
    assert api.writes == []


def test_foreign_namespace_is_refused_as_the_deploy_would() -> None:
    metadata = {"name": "alpha", "annotations": {ID_ANNOTATION: "another"}}
    api = FakeApi({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    with pytest.raises(Conflict, match="belongs to another Tutor root"):
        plan_cluster(_deployment(api))


def test_fields_that_change_are_named() -> None:
    api = FakeApi()
    run_namespace(_deployment(api, limits={"default": {"cpu": "1"}}))

    lines = _lines(_deployment(api, quota={"pods": 7}, limits={"default": {"cpu": "2"}}))

    assert {"update ResourceQuota launchpad: spec.hard.pods", "update LimitRange launchpad: spec.limits"} <= set(lines)


def test_field_that_is_no_longer_wanted_is_named() -> None:
    api = FakeApi()
    run_namespace(_deployment(api, quota={"count/pods.v1": 7}))

    assert "update ResourceQuota launchpad: spec.hard[count/pods.v1]" in _lines(_deployment(api))


def _provisioned(api: FakeApi, **annotations: str) -> Deployment:
    api.put(secret(**{ID_ANNOTATION: ROOT_ID, **annotations}))
    deployment = _deployment(api)
    deployment.resources = RESOURCES
    return deployment


def test_provisioning_run_is_foreseen() -> None:
    api = FakeApi()

    planned = plan_provisioning(_provisioned(api))
    assert planned is not None
    assert (planned.starts, planned.why, planned.servers) == (True, "no run has ended well yet", ("mysql/main",))

    planned = plan_provisioning(_provisioned(api, **{PROVISIONED: "another"}))
    assert planned is not None
    assert (planned.starts, planned.why) == (True, "what is asked for has changed since the last run")
    assert api.writes == []


def test_provisioning_as_before_starts_nothing() -> None:
    api = FakeApi()
    digest = current_fingerprint(_deployment(api), RESOURCES)

    planned = plan_provisioning(_provisioned(api, **{PROVISIONED: digest}))

    assert planned is not None
    assert not planned.starts


def test_without_servers_nothing_is_provisioned() -> None:
    assert plan_provisioning(_deployment(FakeApi())) is None
