"""A run about people and its Secret, on a cluster in memory."""

from __future__ import annotations

import base64
from datetime import datetime, timezone
from typing import Any

import pytest
from launchpad_workflows.client import Object
from launchpad_workflows.errors import Forbidden, Unavailable
from launchpad_workflows.people.lms import read_lms
from launchpad_workflows.people.model import PeopleRequest
from launchpad_workflows.people.remote import drop_secrets, register_people, run
from launchpad_workflows.watch import Clock

from tests.unit.launchpad_workflows.fakes import FakeClient
from tests.unit.launchpad_workflows.regenerate import lms

CREATE = PeopleRequest(action="create", username="ann", email="ann@x.org", password="given")
NOW = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
CLOCK = Clock(lambda: 0.0, lambda seconds: None)


class Engine(FakeClient):
    """Ends each run with a phase, once it has been looked at."""

    def __init__(self, phase: str = "Succeeded", *objects: Object) -> None:
        super().__init__(*objects)
        self.phase = phase
        self.secrets: list[Object] = []

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object:
        found = super().get(api_version, kind, name, namespace)
        if kind == "Workflow":
            self.secrets = [obj for (one, _, _), obj in self.objects.items() if one == "Secret"]
            self.objects[kind, namespace or "", name]["status"] = {"phase": self.phase}
        return found

    def create(self, obj: Object) -> Object:
        made = super().create(obj)
        return {**made, "metadata": {**made["metadata"], "uid": "u-1"}}


def left(name: str, made: str = "2026-01-01T11:00:00Z") -> Object:
    labels = {"launchpad.openedx.org/operation": "people"}
    metadata = {"name": name, "namespace": "moon", "labels": labels, "creationTimestamp": made}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {}}


def workflow(name: str, phase: str) -> Object:
    metadata = {"name": name, "namespace": "moon"}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": metadata, "status": {"phase": phase}}


@pytest.mark.parametrize("phase", ["Succeeded", "Failed", "Error"])
def test_secret_is_there_while_the_run_is_and_belongs_to_it(phase: str) -> None:
    engine = Engine(phase)

    ended = run(engine, CREATE, "h1dden", "moon", clock=CLOCK)

    (secret,) = engine.secrets
    assert base64.b64decode(secret["data"]["password"]) == b"h1dden"
    owner = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "name": ended.run.name, "uid": "u-1"}
    assert secret["metadata"]["ownerReferences"] == [owner]
    assert [kind for kind, _, _ in engine.objects] == ["Workflow"]
    assert (ended.phase, ended.outcome) == (phase, None)


def test_secret_that_cannot_be_removed_hides_nothing_of_what_was_done() -> None:
    engine = Engine()

    def fail(verb: str, name: str) -> None:
        if verb == "delete":
            raise Unavailable("away")

    engine.before = fail

    assert run(engine, CREATE, "h1dden", "moon", clock=CLOCK).phase == "Succeeded"


def test_name_is_nothing_that_kubernetes_expands() -> None:
    request = CREATE.model_copy(update={"name": "$(LAUNCHPAD_SEALED_0)"})

    assert "$(" not in request.to_json()
    assert PeopleRequest.model_validate_json(request.to_json()) == request


def test_secret_of_a_run_that_may_not_begin_is_removed() -> None:
    engine = Engine()

    def forbid(verb: str, name: str) -> None:
        if verb == "create":
            raise Forbidden("may not")

    engine.before = forbid
    with pytest.raises(Forbidden):
        run(engine, CREATE, "h1dden", "moon", clock=CLOCK)

    assert engine.objects == {}


def test_secrets_of_ended_and_unbegun_runs_are_removed_and_no_others() -> None:
    secrets = [left("ended"), left("running"), left("unbegun"), left("young", "2026-01-01T11:59:00Z")]
    stranger: Object = {**left("x"), "metadata": {"name": "sealed", "namespace": "moon"}}
    client = FakeClient(*secrets, stranger, workflow("ended", "Failed"), workflow("running", "Running"))

    dropped = drop_secrets(client, "moon", lambda: NOW)

    assert dropped == ["ended", "unbegun"]
    assert {name for kind, _, name in client.objects if kind == "Secret"} == {"running", "young", "sealed"}


@pytest.mark.parametrize("action", ["remove", "list"])
def test_only_a_user_who_is_made_has_a_secret(action: Any) -> None:
    engine = Engine()

    run(engine, PeopleRequest(action=action, username="ann"), "", "moon", clock=CLOCK)

    assert engine.secrets == []


def test_what_is_as_it_should_be_is_not_applied_again() -> None:
    client, pod = FakeClient(), read_lms(lms())

    first = register_people(client, CREATE, pod, "moon", policy=True)
    second = register_people(client, CREATE, pod, "moon", policy=True)

    assert first[-2:] == ["NetworkPolicy launchpad-people", "WorkflowTemplate launchpad-people-create"]
    assert second == []
    assert register_people(FakeClient(), CREATE, pod, "moon", policy=False) == [
        one for one in first if "Policy" not in one
    ]
