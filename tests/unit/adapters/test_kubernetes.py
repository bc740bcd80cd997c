"""The adapter against an API server in memory: what is asked, how often, and what each refusal becomes."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.unit.fake_kubernetes import FakeApi, status
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.access import Permission
from tutor_launchpad.core.errors import Conflict, NoSuchKind, NotFound, Unreachable
from tutor_launchpad.core.types import Object


def config_map(**data: str) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": "alpha"}, "data": data}


def always(response: Response) -> Callable[[Request], Response]:
    return lambda request: response


def test_ensure_writes_only_what_differs() -> None:
    api = FakeApi()
    cluster = api.cluster

    outcomes = [cluster.ensure(config_map(a="1", b="2")), cluster.ensure(config_map(a="1", b="2"))]

    assert outcomes == ["created", "unchanged"]
    assert api.writes == ["PATCH /api/v1/namespaces/alpha/configmaps/one"]


def test_ensure_removes_what_it_no_longer_wants() -> None:
    cluster = FakeApi().cluster
    cluster.ensure(config_map(a="1", b="2"))

    assert cluster.ensure(config_map(a="1")) == "updated"


def test_ensure_leaves_what_others_added() -> None:
    api = FakeApi()
    cluster = api.cluster
    cluster.ensure(config_map(a="1"))
    api.read("configmaps", "alpha", "one")["data"]["theirs"] = "x"

    assert cluster.ensure(config_map(a="1")) == "unchanged"


def test_ensure_knows_that_empty_lists_are_not_kept() -> None:
    cluster = FakeApi({**config_map(a="1"), "spec": {"kept": ["x"]}}).cluster

    assert cluster.ensure({**config_map(a="1"), "spec": {"dropped": []}}) == "unchanged"
    assert cluster.ensure({**config_map(a="1"), "spec": {"kept": []}}) == "updated"


def test_of_two_who_saw_it_absent_one_makes_it() -> None:
    api = FakeApi()
    cluster = api.cluster

    assert cluster.ensure_against(None, config_map(owner="one")) == "created"
    with pytest.raises(Conflict, match=r"Cannot make ConfigMap alpha/one: somebody else made it a moment ago"):
        cluster.ensure_against(None, config_map(owner="two"))
    assert api.read("configmaps", "alpha", "one")["data"] == {"owner": "one"}
    assert cluster.ensure_against(None, config_map(owner="one")) == "created"
    assert cluster.ensure(config_map(owner="one")) == "unchanged"


def test_find_absent_is_none_and_delete_absent_says_so() -> None:
    cluster = FakeApi().cluster

    assert cluster.find("v1", "ConfigMap", "one", "alpha") is None
    assert cluster.delete("v1", "ConfigMap", "one", "alpha") is False


def test_find_of_a_kind_that_is_not_installed_is_no_absent_object() -> None:
    api = FakeApi()
    api.answer = always(Response(404, b"404 page not found"))

    for kind in ("Workflow", "Unheard"):
        with pytest.raises(NoSuchKind, match=f"has no kind {kind} .argoproj.io/v1alpha1.: install"):
            api.cluster.find("argoproj.io/v1alpha1", kind, "one", "alpha")
    assert not api.cluster.delete("argoproj.io/v1alpha1", "Workflow", "one", "alpha")


def test_list_reads_every_page_and_begins_again_when_its_version_is_gone() -> None:
    pages = [
        Response(200, b'{"items":[{"metadata":{"name":"a"}}],"metadata":{"continue":"t"}}'),
        status(410, "Expired", "too old"),
        Response(200, b'{"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}],"metadata":{}}'),
    ]
    api = FakeApi()
    api.answer = lambda request: pages.pop(0)

    found = api.cluster.list("v1", "Pod", "alpha")

    assert [item["metadata"]["name"] for item in found] == ["a", "b"]
    assert found[0]["kind"] == "Pod"
    assert [dict(one.query).get("limit") for one in api.requests] == ["500", "500", None]


def test_list_that_is_gone_from_its_start_is_an_error_and_no_endless_loop() -> None:
    api = FakeApi()
    api.answer = always(status(410, "Expired", "too old"))

    with pytest.raises(Conflict, match="too old"):
        api.cluster.list("v1", "Pod", "alpha")
    assert len(api.requests) == 1


def test_can_i_asks_only_for_what_the_rules_do_not_grant() -> None:
    rules = {"resourceRules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["pods", "pods/log"]}]}

    def answer(request: Request) -> Response:
        if request.path.endswith("rulesreviews"):
            return Response(201, json.dumps({"status": rules}).encode())
        return Response(201, b'{"status":{"allowed":false}}')

    api = FakeApi()
    api.answer = answer
    granted = [Permission("get", "", "pods", "alpha"), Permission("get", "", "pods", "alpha", "log")]
    denied = [Permission("list", "", "pods", "alpha"), Permission("get", "", "namespaces")]

    assert api.cluster.can_i(granted + denied) == denied
    assert len(api.requests) == 3


def test_unknown_kind_is_looked_up_once_per_group_version() -> None:
    resources = {"resources": [{"kind": "Widget", "name": "widgets", "namespaced": True}]}
    api = FakeApi()
    api.answer = lambda request: Response(
        200, json.dumps(resources if request.path == "/apis/example.org/v1" else {"kind": "Widget"}).encode()
    )
    cluster = api.cluster

    cluster.get("example.org/v1", "Widget", "w", "alpha")
    cluster.get("example.org/v1", "Widget", "v", "alpha")

    assert [request.path for request in api.requests] == [
        "/apis/example.org/v1",
        "/apis/example.org/v1/namespaces/alpha/widgets/w",
        "/apis/example.org/v1/namespaces/alpha/widgets/v",
    ]
    with pytest.raises(NotFound, match="no kind Gadget"):
        cluster.get("example.org/v1", "Gadget", "g", "alpha")


def test_kinds_reads_the_whole_discovery_in_two_requests() -> None:
    group = {
        "metadata": {"name": "apps"},
        "versions": [
            {
                "version": "v1",
                "resources": [
                    {"resource": "deployments", "responseKind": {"kind": "Deployment"}, "scope": "Namespaced"}
                ],
            }
        ],
    }
    api = FakeApi()
    api.answer = always(Response(200, json.dumps({"items": [group]}).encode()))

    assert api.cluster.kinds() == {("apps/v1", "Deployment")}
    assert len(api.requests) == 2


def test_bare_list_asks_for_metadata_and_keeps_the_kind() -> None:
    api = FakeApi()
    found = {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": {"name": "s"}}
    api.answer = always(Response(200, json.dumps({"items": [found]}).encode()))

    (item,) = api.cluster.list("v1", "Secret", "alpha", bare=True)

    assert (item["apiVersion"], item["kind"]) == ("v1", "Secret")
    assert "as=PartialObjectMetadataList" in dict(api.requests[0].headers)["Accept"]


def test_hasty_look_does_not_wait_for_a_server_that_is_away() -> None:
    api = FakeApi()
    api.answer = always(Response(503))

    with pytest.raises(Unreachable):
        api.cluster.hasty.list("v1", "Pod", "alpha")

    assert api.now == 0.0
    assert len(api.requests) < 6
