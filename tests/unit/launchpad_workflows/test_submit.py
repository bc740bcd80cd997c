from __future__ import annotations

import json

import pytest
from launchpad_workflows.client import Object
from launchpad_workflows.errors import Absent, Forbidden
from launchpad_workflows.register import register
from launchpad_workflows.requests import OPERATIONS, Dump, Operation
from launchpad_workflows.submit import build_run, parameters, submit
from launchpad_workflows.templates import BUILDERS
from launchpad_workflows.templates.common import TemplateParams, to_object

from tests.unit.launchpad_workflows.fakes import FakeClient, fake_request, mysql_request


def secret(name: str, *keys: str) -> Object:
    metadata = {"name": name, "namespace": "launchpad"}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": dict.fromkeys(keys, "eA==")}


def ready(*objects: Object) -> FakeClient:
    client = FakeClient(*objects)
    register(client, TemplateParams(image="worker:1"))
    client.calls.clear()
    return client


ADMIN = secret("launchpad-server-mysql-main", "username", "password")
OWN = secret("launchpad-instance-alpha", "OPENEDX_MYSQL_PASSWORD")


def test_run_is_started_with_labels_and_parameters() -> None:
    client = ready(ADMIN, OWN)

    run = submit(client, mysql_request())

    workflow = client.objects["Workflow", "launchpad", run.name]
    found = {one["name"]: one["value"] for one in workflow["spec"]["arguments"]["parameters"]}
    assert run.name.startswith("provision-alpha-")
    assert workflow["metadata"]["labels"]["launchpad.openedx.org/instance"] == "alpha"
    assert workflow["spec"]["workflowTemplateRef"] == {"name": "launchpad-provision"}
    assert json.loads(found["resources"]) == [{"resource": "mysql", "server": "main"}]
    assert (set(found), found["choosing"]) == ({"instance", "request", "resources", "choosing"}, "[]")


@pytest.mark.parametrize("operation", OPERATIONS)
def test_run_gives_its_template_every_parameter(operation: Operation) -> None:
    changes = {"operation": operation, "step": "prepare" if operation == "rotate" else ""}
    request = mysql_request().model_copy(update=changes)
    template = to_object(BUILDERS[operation](TemplateParams(image="worker:1")))

    assert set(parameters(request)) == {one["name"] for one in template["spec"]["arguments"]["parameters"]}


def test_two_runs_have_two_names() -> None:
    client = ready(ADMIN, OWN)

    assert submit(client, mysql_request()).name != submit(client, mysql_request()).name


def test_server_without_limit_gets_the_usual_one() -> None:
    client = ready(ADMIN, OWN)

    submit(client, mysql_request())

    assert client.objects["ConfigMap", "launchpad", "launchpad-limit-mysql-main"]["data"] == {"pods": "4"}


def test_all_that_is_missing_is_named_and_nothing_started() -> None:
    client = FakeClient()

    with pytest.raises(Absent) as caught:
        submit(client, mysql_request())

    assert "there is no Secret launchpad-instance-alpha" in str(caught.value)
    assert "there is no WorkflowTemplate launchpad-provision" in str(caught.value)
    assert client.verbs() == set()


def test_key_that_the_instances_secret_lacks_is_named() -> None:
    with pytest.raises(Absent, match="Secret launchpad-instance-alpha has no key OPENEDX_MYSQL_PASSWORD"):
        submit(ready(secret("launchpad-instance-alpha", "OTHER")), mysql_request())


def test_administrators_secret_is_not_read() -> None:
    client = ready(ADMIN, OWN)

    def forbid(_verb: str, name: str) -> None:
        if name.startswith("launchpad-server-"):
            raise Forbidden(f"Cannot get Secret {name}: this user may not.")

    client.before = forbid

    assert submit(client, mysql_request()).places == (("mysql", "main"),)


def test_rotation_needs_the_next_passwords_too() -> None:
    request = mysql_request().model_copy(update={"operation": "rotate", "step": "prepare"})

    with pytest.raises(Absent, match=r"has no key OPENEDX_MYSQL_PASSWORD\.next"):
        submit(ready(OWN), request)
    both = secret("launchpad-instance-alpha", "OPENEDX_MYSQL_PASSWORD", "OPENEDX_MYSQL_PASSWORD.next")
    assert submit(ready(both), request).operation == "rotate"


def test_removal_needs_no_password_and_names_the_store_for_copies() -> None:
    dump = Dump(server="backup", endpoint="https://s3.example", bucket="dumps", prefix="alpha/")
    request = mysql_request().model_copy(update={"operation": "deprovision", "delete_data": True, "dump": dump})
    client = ready()

    run = submit(client, request)

    workflow = client.objects["Workflow", "launchpad", run.name]
    found = {one["name"]: one["value"] for one in workflow["spec"]["arguments"]["parameters"]}
    assert workflow["spec"]["workflowTemplateRef"] == {"name": "launchpad-deprovision"}
    assert found["dump-server"] == "backup"


def test_check_needs_no_secret_of_an_instance() -> None:
    client = ready(ADMIN)

    run = submit(client, mysql_request().model_copy(update={"operation": "check", "instance": ""}))

    workflow = client.objects["Workflow", "launchpad", run.name]
    assert workflow["spec"]["workflowTemplateRef"] == {"name": "launchpad-check"}
    assert {one["name"] for one in workflow["spec"]["arguments"]["parameters"]} == {"request", "resources"}


def test_name_of_a_long_instance_fits_a_label() -> None:
    name = build_run(fake_request("x" * 63), "launchpad", "0a1b2c3d")["metadata"]["name"]

    assert len(name) <= 63
    assert name.endswith("-0a1b2c3d")
