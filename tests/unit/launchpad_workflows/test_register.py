from __future__ import annotations

from dataclasses import replace

from launchpad_workflows.register import plan_registration, register, register_server, survey, unregister
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


def test_survey_tells_outdated_templates_and_runs_under_way() -> None:
    client = FakeClient()
    before = {one.state for one in survey(client, PARAMS)}
    register(client, PARAMS)
    run = {"name": "verify-alpha-1", "namespace": "launchpad"}
    spec = {"workflowTemplateRef": {"name": "launchpad-verify"}}
    client.apply(
        {"apiVersion": "v1", "kind": "Workflow", "metadata": run, "spec": spec, "status": {"phase": "Running"}}
    )

    now, newer = survey(client, PARAMS), survey(client, replace(PARAMS, image="worker:2"))

    assert (before, {one.state for one in now}, {one.state for one in newer}) == (
        {"missing"},
        {"current"},
        {"outdated"},
    )
    assert {one.name: one.running for one in now if one.running} == {"launchpad-verify": ("verify-alpha-1",)}


def test_what_was_registered_is_removed_and_nothing_else() -> None:
    client = FakeClient()
    register(client, PARAMS)
    register_server(client, "launchpad", "mysql", "main")

    removed = unregister(client, PARAMS)

    assert len(removed) == len(plan_registration(PARAMS))
    assert {kind for kind, _, _ in client.objects} == {"Namespace", "ConfigMap"}
    assert unregister(client, PARAMS) == []
