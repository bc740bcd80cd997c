"""Provisioning against an API in memory: whose the Secret and the names are."""

from __future__ import annotations

import pytest
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.requests import MySQL, MySQLDatabase, Request

from tests.unit.fake_deployment import make_deployment
from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad.core.errors import Conflict, LaunchpadError
from tutor_launchpad.core.resources import Server
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.provision import provision_by_workflow
from tutor_launchpad.steps.resources import Resources

PASSWORD = "h1dden-passw0rd"
SERVER = Server("mysql", "main", "direct", {"host": "db"})
DATABASE = MySQLDatabase(name="alpha__openedx", username="alpha__openedx", password_key="OPENEDX_MYSQL_PASSWORD")
REQUEST = Request(instance="alpha", resources=(MySQL(server="main", host="db", databases=(DATABASE,)),))
RESOURCES = Resources((SERVER,), REQUEST, {"OPENEDX_MYSQL_PASSWORD": PASSWORD})


def secret(**annotations: str) -> Object:
    metadata = {"name": "launchpad-instance-alpha", "namespace": "launchpad", "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {}}


@pytest.mark.parametrize("annotations", [{"launchpad.openedx.org/id": "XyZ"}, {}])
def test_secret_of_another_root_stays_as_it_is(annotations: dict[str, str]) -> None:
    api = FakeApi(secret(**annotations))
    deployment = make_deployment(api)

    with pytest.raises(Conflict, match="belongs to another Tutor root with an instance alpha"):
        provision_by_workflow(deployment, api.cluster, RESOURCES, always=True)

    assert api.writes == []


def test_names_are_claimed_before_the_secret_is_written() -> None:
    api = FakeApi()
    ClusterOwnership(api.cluster, "launchpad", "XyZ").claim(REQUEST.resources[0].items(), "alpha")

    with pytest.raises(LaunchpadError, match="the instance alpha's of another root"):
        provision_by_workflow(make_deployment(api), api.cluster, RESOURCES, always=True)

    assert api.cluster.find("v1", "Secret", "launchpad-instance-alpha", "launchpad") is None
