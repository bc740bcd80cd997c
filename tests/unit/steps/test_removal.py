"""Removal by a workflow, against an API in memory: what it needs, and what is told where the records stay."""

from __future__ import annotations

import pytest
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.ownership import claim_names
from launchpad_workflows.requests import Dump
from launchpad_workflows.templates.common import OUTCOME, TemplateParams
from launchpad_workflows.templates.deprovision import build_deprovision

from tests.unit.fake_deployment import ROOT_ID, make_deployment, make_settings
from tests.unit.fake_kubernetes import FakeApi
from tests.unit.steps.test_provision import REQUEST, RESOURCES, EndingApi, node, secret
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.commands.deprovision import deprovision_command
from tutor_launchpad.core.access import Permission, needed_for
from tutor_launchpad.core.errors import LaunchpadError, Refused
from tutor_launchpad.steps.deployment import Deployment, Options
from tutor_launchpad.steps.removal import forget_passwords, run_removal
from tutor_launchpad.steps.resources import Resources
from tutor_launchpad.steps.runners import ByWorkflow, Ran

ITEMS = REQUEST.resources[0].items()
REMOVED = Outcome(
    resource="mysql", provider="direct", server="main", status="removed", released=tuple(one.key for one in ITEMS)
)
NEEDED = needed_for("deprovision", make_settings())
TAKEN = [Permission("delete", "", "configmaps", "launchpad"), Permission("delete", "", "secrets", "launchpad")]


@pytest.fixture
def api() -> EndingApi:
    value = {"name": OUTCOME, "value": REMOVED.model_dump_json()}
    api = EndingApi({"phase": "Succeeded", "nodes": {"n": node("Succeeded", outputs={"parameters": [value]})}})
    ownership(api).record(ITEMS, "alpha")
    api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "launchpad"}})
    api.put(secret(**{"launchpad.openedx.org/id": ROOT_ID}))
    return api


def ownership(api: FakeApi) -> ClusterOwnership:
    return ClusterOwnership(api.cluster, "launchpad", ROOT_ID)


def deployed(api: FakeApi) -> Deployment:
    return make_deployment(api, worker_image="worker:1")


def remove(api: FakeApi, *, timeout: float = 60, when: str = "1", **more: object) -> Ran:
    deployment = deployed(api)
    deployment.options = Options(timeout=timeout)
    dump = Dump(server="backup", endpoint="https://s3.example", bucket="dumps", prefix=f"alpha/{when}/")
    content = {"operation": "deprovision", "delete_data": True, "dump": dump, **more}
    request = claim_names(REQUEST.model_copy(update=content), ownership(api))
    return run_removal(deployment, ByWorkflow(deployment, api.cluster), Resources((), request, RESOURCES.passwords))


def left(api: FakeApi, plural: str) -> set[str]:
    return {name for kind, _, name in api.objects if kind == plural}


def test_asked_for_permissions_are_enough(api: EndingApi) -> None:
    api.allowed = frozenset(NEEDED)

    ran = remove(api)

    assert (ran.ok, ownership(api).owned()) == (True, {})
    assert api.used >= set(TAKEN)
    assert "launchpad-instance-alpha" not in left(api, "secrets")


@pytest.mark.parametrize("taken", TAKEN, ids=str)
def test_missing_permission_is_named_before_anything_is_removed(api: EndingApi, taken: Permission) -> None:
    api.allowed = frozenset(NEEDED) - {taken}

    with pytest.raises(Refused, match=f"You may not {taken}: ask an administrator"):
        remove(api)
    assert left(api, "workflows") == set()


@pytest.mark.parametrize("kind", ["configmaps", "secrets"])
def test_what_is_done_is_told_where_its_record_stays_and_a_repeat_finishes(api: EndingApi, kind: str) -> None:
    def forbid(request: Request) -> Response | None:
        return Response(403, b"{}", {}) if request.method == "DELETE" and f"/{kind}/" in request.path else None

    api.answer = forbid
    failed = remove(api)
    api.answer = lambda _request: None

    assert (failed.ok, failed.outcomes) == (False, (REMOVED,))
    assert "Then run this again." in failed.problems[-1]
    if ownership(api).held("alpha"):
        assert remove(api).ok
    forget_passwords(deployed(api), ByWorkflow(deployed(api), api.cluster))
    assert "launchpad-instance-alpha" not in left(api, "secrets")


def test_name_that_another_root_has_by_now_keeps_no_record_alive(api: EndingApi) -> None:
    theirs = api.put(secret(**{"launchpad.openedx.org/id": "XyZ"}))

    ran = remove(api)

    assert (ran.ok, ownership(api).owned()) == (True, {})
    assert api.read("secrets", "launchpad", "launchpad-instance-alpha") == theirs


def test_removal_that_outlived_its_caller_is_taken_up(api: EndingApi) -> None:
    end, api.after = api.after, lambda _request: None
    with pytest.raises(LaunchpadError, match="run again, which waits until it has ended"):
        remove(api, timeout=1, when="1")
    api.after = end

    ran = remove(api, when="2")

    assert (ran.ok, ran.outcomes, len(left(api, "workflows"))) == (True, (REMOVED,), 1)


def test_removal_of_something_else_is_not_taken_for_it(api: EndingApi) -> None:
    end, api.after = api.after, lambda _request: None
    with pytest.raises(LaunchpadError):
        remove(api, timeout=1, delete_data=False)
    api.after = end

    assert remove(api).ok
    assert len(left(api, "workflows")) == 2


def test_caller_waits_at_least_as_long_as_its_workflow_may_take() -> None:
    deadline = build_deprovision(TemplateParams("worker:1", "launchpad")).active_deadline_seconds

    given = deprovision_command.make_context("deprovision", []).params

    assert isinstance(deadline, int)
    assert given["timeout"] >= deadline
