"""Provisioning against an API in memory: whose the Secret and the names are."""

from __future__ import annotations

from typing import Any

import pytest
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.requests import MySQL, MySQLDatabase, Request

from tests.unit.fake_deployment import make_deployment, said
from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad.adapters.kubernetes_transport import Request as HttpRequest
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


class EndingApi(FakeApi):
    """Its engine ends each workflow with the status that a test gives, as soon as it is made."""

    def __init__(self, status: Object) -> None:
        super().__init__()
        self._status = status
        self.after = self._end

    def _end(self, request: HttpRequest) -> None:
        for (plural, _, _), obj in self.objects.items():
            if plural == "workflows":
                obj["status"] = self._status


def node(phase: str, **more: Any) -> Object:
    parameters = [{"name": "resource", "value": "mysql"}, {"name": "server", "value": "main"}]
    return {"id": "n", "name": "n", "type": "Pod", "phase": phase, "inputs": {"parameters": parameters}, **more}


@pytest.mark.parametrize("known", [True, False])
def test_failure_is_told_without_the_requests_passwords_whoever_else_masks(known: bool) -> None:
    api = EndingApi({"phase": "Failed", "nodes": {"n": node("Failed", message=f"no luck with {PASSWORD}")}})
    deployment = make_deployment(api, worker_image="worker:1")
    if not known:
        deployment.mask = None

    with pytest.raises(LaunchpadError, match="mysql/main: no luck with «OPENEDX_MYSQL_PASSWORD»"):
        provision_by_workflow(deployment, api.cluster, RESOURCES, always=True)


def test_run_without_outcome_names_the_resource() -> None:
    api = EndingApi({"phase": "Succeeded", "nodes": {"n": node("Succeeded")}})

    with pytest.raises(LaunchpadError, match=r"ended as Succeeded\.\nmysql/main: no outcome"):
        provision_by_workflow(make_deployment(api, worker_image="worker:1"), api.cluster, RESOURCES, always=True)


def test_image_by_its_tag_alone_is_told_when_templates_are_written() -> None:
    api = EndingApi({"phase": "Failed", "nodes": {"n": node("Failed")}})
    told = []

    for _ in range(2):
        deployment = make_deployment(api, worker_image="worker:1")
        with pytest.raises(LaunchpadError):
            provision_by_workflow(deployment, api.cluster, RESOURCES, always=True)
        told.append([line for line in said(deployment) if "worker:1@sha256:…" in line])

    assert [len(lines) for lines in told] == [1, 0]
