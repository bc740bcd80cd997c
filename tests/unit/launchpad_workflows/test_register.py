from __future__ import annotations

from dataclasses import replace

from launchpad_workflows.register import plan_registration, register, register_server
from launchpad_workflows.requests import OPERATIONS
from launchpad_workflows.templates.common import TemplateParams

from tests.unit.launchpad_workflows.fakes import FakeClient

PARAMS = TemplateParams(image="worker:1")
TEMPLATES = [f"WorkflowTemplate launchpad-{operation}" for operation in OPERATIONS]


def test_empty_cluster_gets_everything_in_order() -> None:
    client = FakeClient()

    written = register(client, PARAMS)

    assert written[0] == "Namespace launchpad"
    assert written[-len(TEMPLATES) :] == TEMPLATES
    assert len(written) == len(plan_registration(PARAMS)) + 1


def test_second_registration_writes_nothing() -> None:
    client = FakeClient()
    register(client, PARAMS)
    client.calls.clear()

    assert register(client, PARAMS) == []
    assert client.verbs() == set()


def test_new_image_changes_the_templates_alone() -> None:
    client = FakeClient()
    register(client, PARAMS)

    written = register(client, replace(PARAMS, image="worker:2"))

    assert written == TEMPLATES


def test_namespace_of_somebody_is_left_as_it_is() -> None:
    theirs = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "launchpad", "labels": {"own": "yes"}}}
    client = FakeClient(theirs)

    register(client, PARAMS)

    assert client.objects["Namespace", "", "launchpad"] == theirs


def test_server_gets_its_limit() -> None:
    client = FakeClient()

    register_server(client, "launchpad", "mysql", "main", 7)

    assert client.objects["ConfigMap", "launchpad", "launchpad-limit-mysql-main"]["data"] == {"pods": "7"}
