"""Removal by a workflow, against an API in memory: what it needs, and what is told where the records stay."""

from __future__ import annotations

import pytest
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.templates.common import OUTCOME

from tests.unit.fake_deployment import ROOT_ID, make_deployment, make_settings
from tests.unit.fake_kubernetes import FakeApi
from tests.unit.steps.test_provision import REQUEST, RESOURCES, EndingApi, node, secret
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.access import Permission, needed_for
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.steps.deployment import Deployment
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


def remove(api: FakeApi) -> Ran:
    deployment = deployed(api)
    request = REQUEST.model_copy(update={"operation": "deprovision", "delete_data": True})
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
