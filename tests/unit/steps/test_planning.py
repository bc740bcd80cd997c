"""What a plan says of the cluster."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.fake_deployment import make_deployment
from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad.core.errors import Conflict
from tutor_launchpad.core.ownership import ID_ANNOTATION
from tutor_launchpad.core.seal import Sealed
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.namespace import run_namespace
from tutor_launchpad.steps.planning import plan_cluster


def _deployment(api: FakeApi, **settings: Any) -> Deployment:
    deployment = make_deployment(api, **settings)
    deployment.sealed = Sealed((), ({"metadata": {"name": "sealed-x"}},), {})
    return deployment


def test_everything_is_created_at_first() -> None:
    lines = plan_cluster(_deployment(FakeApi()))

    assert lines[0] == "create Namespace alpha"
    assert {"create Application alpha", "create AppProject alpha", "create Secret sealed-x"} <= set(lines)


def test_policies_that_are_no_longer_wanted_are_named() -> None:
    api = FakeApi()
    run_namespace(_deployment(api))
    api.requests.clear()

    lines = plan_cluster(_deployment(api, network_policies=False))

    assert {"remove NetworkPolicy launchpad-ingress", "remove NetworkPolicy launchpad-egress"} <= set(lines)
    assert not [line for line in lines if "Namespace" in line]
    assert api.writes == []


def test_foreign_namespace_is_refused_as_the_deploy_would() -> None:
    metadata = {"name": "alpha", "annotations": {ID_ANNOTATION: "another"}}
    api = FakeApi({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata})

    with pytest.raises(Conflict, match="belongs to another Tutor root"):
        plan_cluster(_deployment(api))
