"""The Secret with what providers chose, and the account whose pods may write it."""

from __future__ import annotations

import json

import pytest
from launchpad_workflows import chosen
from launchpad_workflows.errors import NotServed, Refused
from launchpad_workflows.requests import Request
from launchpad_workflows.submit import submit

from tests.unit.launchpad_workflows.fakes import FakeClient
from tests.unit.launchpad_workflows.test_submit import ready, secret

NAME = "launchpad-chosen-alpha"
PART = {"resource": "fake", "provider": "chooses", "server": "main", "username": "alpha"}


def request(operation: str = "provision", **more: object) -> Request:
    other = {**PART, "server": "two", "provider": "test"}
    content = {"instance": "alpha", "operation": operation, "resources": [PART, other], **more}
    return Request.model_validate(content)


def test_role_reaches_one_secret_and_goes_with_it() -> None:
    client = FakeClient()

    chosen.prepare(client, "alpha", "launchpad")

    role, binding = (client.objects[kind, "launchpad", NAME] for kind in ("Role", "RoleBinding"))
    assert role["rules"] == [
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": [NAME], "verbs": ["get", "patch"]}
    ]
    assert [one["name"] for one in binding["subjects"]] == [NAME]
    assert role["metadata"]["ownerReferences"][0]["name"] == NAME


def test_second_time_writes_nothing_and_keeps_the_content() -> None:
    client = FakeClient()
    chosen.prepare(client, "alpha", "launchpad")
    client.objects["Secret", "launchpad", NAME]["data"] = {"P.1": "eA=="}
    client.calls.clear()

    chosen.prepare(client, "alpha", "launchpad")

    assert {verb for verb, _ in client.calls} == {"get"}
    assert chosen.read(client, "alpha", "launchpad") == {"P.1": "x"}


def test_nothing_was_chosen_where_there_is_no_secret() -> None:
    assert chosen.read(FakeClient(), "alpha", "launchpad") == {}


def test_resources_that_choose_get_pods_of_their_own() -> None:
    client = ready(secret("launchpad-instance-alpha", "FAKE_PASSWORD"))

    run = submit(client, request())

    parameters = {
        one["name"]: json.loads(one["value"])
        for one in client.objects["Workflow", "launchpad", run.name]["spec"]["arguments"]["parameters"]
        if one["name"] in ("resources", "choosing")
    }
    assert parameters == {
        "choosing": [{"resource": "fake", "server": "main"}],
        "resources": [{"resource": "fake", "server": "two"}],
    }
    assert ("Secret", "launchpad", NAME) in client.objects


def test_operation_that_keeps_nothing_needs_no_account() -> None:
    client = ready(secret("launchpad-instance-alpha", "FAKE_PASSWORD"))

    run = submit(client, request("verify"))

    names = {
        one["name"] for one in client.objects["Workflow", "launchpad", run.name]["spec"]["arguments"]["parameters"]
    }
    assert "choosing" not in names
    assert ("Secret", "launchpad", NAME) not in client.objects


def test_secret_of_another_installation_is_neither_read_nor_removed() -> None:
    client = FakeClient()
    chosen.prepare(client, "alpha", "launchpad", "theirs")

    for act in (chosen.prepare, chosen.read):
        with pytest.raises(Refused, match="is of another installation with an instance alpha"):
            act(client, "alpha", "launchpad", "ours")

    assert not chosen.forget(client, "alpha", "launchpad", "ours")
    assert ("Secret", "launchpad", NAME) in client.objects


def test_client_that_serves_no_secrets_starts_the_run_all_the_same() -> None:
    client = ready()
    find = client.find

    def served(api_version: str, kind: str, name: str, namespace: str | None = None) -> object:
        if kind in ("Secret", "ConfigMap"):
            raise NotServed("no")
        return find(api_version, kind, name, namespace)

    client.find = served  # type: ignore[assignment,method-assign]

    assert submit(client, request()).operation == "provision"
