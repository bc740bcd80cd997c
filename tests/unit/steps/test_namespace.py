"""The namespace step: makes, adopts, completes, and refuses what is somebody else's."""

from __future__ import annotations

from typing import Any

import pytest
from tutor.core.hooks import Context

from tests.unit.fake_deployment import ROOT_ID, make_deployment, make_settings, said
from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad import hooks
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.access import needed
from tutor_launchpad.core.errors import Conflict
from tutor_launchpad.core.flows import Flow
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.clock import Time
from tutor_launchpad.steps.deployment import Options
from tutor_launchpad.steps.namespace import find_namespace, run_namespace


def bare(**metadata: Any) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "alpha", **metadata}}


TERMINATING = {
    "status": {
        "phase": "Terminating",
        "conditions": [
            {"type": "NamespaceContentRemaining", "status": "True", "message": "Some resources are remaining: pods."},
            {"type": "NamespaceFinalizersRemaining", "status": "True", "message": "finalizers: example.org/keep in 1"},
            {"type": "NamespaceDeletionDiscoveryFailure", "status": "False", "message": "All resources were found"},
        ],
    }
}
WAITS_FOR = "Some resources are remaining: pods; finalizers: example.org/keep in 1"


def workload(**labels: str) -> Object:
    metadata = {"name": "theirs", "namespace": "alpha", "labels": labels}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata}


def test_first_run_makes_all_and_second_changes_nothing() -> None:
    api = FakeApi()
    first = run_namespace(make_deployment(api))
    made, api.requests = api.writes, []

    second = run_namespace(make_deployment(api))

    assert first[0] is Status.DONE
    assert first[1].startswith(
        "namespace created, ResourceQuota launchpad created, NetworkPolicy launchpad-ingress created"
    )
    assert len(made) == len([*api.objects])
    assert second == (Status.UNCHANGED, "alpha")
    assert api.writes == []
    assert len(api.requests) == 4


def test_policies_turned_off_are_removed_and_those_of_others_stay() -> None:
    api = FakeApi()
    run_namespace(make_deployment(api))
    theirs = {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy"}
    api.put({**theirs, "metadata": {"name": "theirs", "namespace": "alpha"}})

    status, detail = run_namespace(make_deployment(api, network_policies=False))

    assert status is Status.DONE
    assert "NetworkPolicy launchpad-egress removed" in detail
    assert [key for key in api.objects if key[0] == "networkpolicies"] == [("networkpolicies", "alpha", "theirs")]


def test_flows_come_through_the_hook() -> None:
    context = Context("test:flows")
    with context.enter():
        hooks.NETWORK_FLOWS.add_item(Flow("mysql", ("10.0.0.5/32",), (3306,)))
    api = FakeApi()

    try:
        run_namespace(make_deployment(api))
    finally:
        hooks.NETWORK_FLOWS.clear(context=context.name)

    assert ("networkpolicies", "alpha", "launchpad-flow-mysql") in api.objects


@pytest.mark.parametrize(
    "objects",
    [[bare()], [bare(), workload(**{"app.kubernetes.io/instance": f"openedx-{ROOT_ID}"})]],
    ids=["empty", "made by Tutor for this root"],
)
def test_namespace_without_owner_is_adopted(objects: list[Object]) -> None:
    api = FakeApi(*objects)

    run_namespace(make_deployment(api))

    assert api.read("namespaces", "", "alpha")["metadata"]["annotations"]["launchpad.openedx.org/id"] == ROOT_ID


@pytest.mark.parametrize("before", [[], [bare()]], ids=["absent", "without owner"])
def test_of_two_roots_at_once_one_gets_the_namespace(before: list[Object]) -> None:
    api = FakeApi(*before)
    theirs = bare(annotations={"launchpad.openedx.org/id": "XyZ"})

    def meanwhile(request: Request) -> Response | None:
        if request.method == "PATCH" and request.path.endswith("/alpha"):
            api.answer = lambda request: None
            api.put(theirs)
        return None

    api.answer = meanwhile

    with pytest.raises(Conflict):
        run_namespace(make_deployment(api))
    assert api.read("namespaces", "", "alpha")["metadata"]["annotations"] == theirs["metadata"]["annotations"]
    with pytest.raises(Conflict, match="belongs to another Tutor root"):
        run_namespace(make_deployment(api))


@pytest.mark.parametrize(
    ("objects", "reason"),
    [
        ([bare(annotations={"launchpad.openedx.org/id": "XyZ"})], "belongs to another Tutor root .*'XyZ'"),
        ([bare(), workload()], "did not make .Deployment theirs."),
        ([{**bare(annotations={"launchpad.openedx.org/id": "XyZ"}), **TERMINATING}], "belongs to another Tutor root"),
    ],
    ids=["another root", "foreign workloads", "another root's last minute"],
)
def test_namespace_of_others_is_refused_untouched(objects: list[Object], reason: str) -> None:
    api = FakeApi(*objects)

    with pytest.raises(Conflict, match=reason):
        run_namespace(make_deployment(api))

    assert api.writes == []


def test_without_a_cluster_it_says_what_remains() -> None:
    deployment = make_deployment(None)

    assert run_namespace(deployment)[0] is Status.SKIPPED
    assert deployment.remaining == ["make namespace alpha with its quota and network policies"]


def test_allowed_privileged_object_lowers_the_enforced_level() -> None:
    api = FakeApi()
    deployment = make_deployment(api, cluster_resources=("Pod/agent",))
    deployment.objects = [
        {"kind": "Pod", "metadata": {"name": "agent"}, "spec": {"hostNetwork": True, "containers": []}}
    ]

    run_namespace(deployment)

    labels = api.read("namespaces", "", "alpha")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "privileged"


@pytest.mark.parametrize("objects", [[], [bare()]], ids=["absent", "without owner"])
def test_what_a_deploy_asks_for_is_enough(objects: list[Object]) -> None:
    api = FakeApi(*objects)
    api.allowed = frozenset(needed(make_settings()))

    assert run_namespace(make_deployment(api))[0] is Status.DONE
    assert run_namespace(make_deployment(api, network_policies=False))[0] is Status.DONE


def ending(api: FakeApi, seconds: float) -> Time:
    """A clock on which the namespace is gone after some seconds."""

    def sleep(pause: float) -> None:
        api.sleep(pause)
        if api.now >= seconds:
            api.objects.pop(("namespaces", "", "alpha"), None)

    return Time(lambda: api.now, sleep)


def test_namespace_that_is_being_deleted_is_waited_for_and_made_anew() -> None:
    api = FakeApi({**bare(), **TERMINATING})
    deployment = make_deployment(api)

    outcome = run_namespace(deployment, ending(api, 60))

    assert outcome[1].startswith("namespace created")
    assert said(deployment) == [f"namespace alpha is being deleted, waiting for its end: {WAITS_FOR}"]
    assert api.now == 60.0


@pytest.mark.parametrize(("timeout", "seconds"), [(1800.0, 120.0), (30.0, 30.0)])
def test_namespace_whose_deletion_does_not_end_is_refused_with_what_it_waits_for(
    timeout: float, seconds: float
) -> None:
    api = FakeApi({**bare(), **TERMINATING})
    deployment = make_deployment(api, options=Options(timeout=timeout))

    with pytest.raises(Conflict, match=f"Namespace alpha is being deleted and waits for this: {WAITS_FOR}. Deploy"):
        run_namespace(deployment, ending(api, 1000))
    assert api.now == seconds
    assert api.writes == []


def test_plan_does_not_wait_for_the_end_of_a_namespace() -> None:
    api = FakeApi({**bare(), **TERMINATING})

    with pytest.raises(Conflict, match="is being deleted and waits for this"):
        find_namespace(api.cluster, "alpha", ROOT_ID)
    assert api.now == 0.0
