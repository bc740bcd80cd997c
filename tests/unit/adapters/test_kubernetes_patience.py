"""A server that is away, busy or cut off: how long it is waited for, what is said, and that nothing is made twice."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.unit.fake_kubernetes import FakeApi, status
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.kubernetes_patience import Patience
from tutor_launchpad.adapters.kubernetes_transport import Broken, Request, Response
from tutor_launchpad.core.errors import Conflict, LaunchpadError, Unreachable
from tutor_launchpad.core.types import Object

REFUSED = Broken("connection refused", sent=False)
RESET = Broken("connection reset by peer", sent=True)
FAILURES = {
    "refused": REFUSED,
    "reset": RESET,
    "busy": status(429, "TooManyRequests", "too many requests"),
    "overloaded": status(503, "ServiceUnavailable", "apiserver is shutting down"),
    "gateway": Response(504, b"<html>"),
}


def config_map(**data: str) -> Object:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one", "namespace": "alpha"}, "data": data}


def failing(api: FakeApi, failure: Broken | Response, seconds: float) -> None:
    """Let every request fail until the clock shows these seconds."""

    def answer(request: Request) -> Response | None:
        if api.now >= seconds:
            return None
        if isinstance(failure, Broken):
            raise failure
        return failure

    api.answer = answer


def losing_writes(api: FakeApi) -> None:
    """Let the server act, and the answer of the first write get lost."""
    lost: list[Request] = []

    def lose(request: Request) -> None:
        if request.method != "GET" and not lost:
            lost.append(request)
            raise RESET

    api.after = lose


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_server_that_is_away_for_a_minute_is_waited_for_and_told_of_once(failure: Broken | Response) -> None:
    api = FakeApi(config_map(a="1"))
    failing(api, failure, 60)

    assert api.cluster.get("v1", "ConfigMap", "one", "alpha")["data"] == {"a": "1"}

    assert 60 <= api.now <= 65
    first, last = api.said
    assert first.startswith("https://fake:6443 ")
    assert first.endswith(": waiting for it, at most 120 s")
    assert last == f"https://fake:6443 answers again after {api.now:.0f} s"
    assert len(api.requests) < 20


def test_short_gap_is_not_worth_a_word() -> None:
    api = FakeApi(config_map())
    failing(api, REFUSED, 1)

    api.cluster.get("v1", "ConfigMap", "one", "alpha")

    assert api.said == []


def test_server_that_stays_away_is_given_up_after_two_minutes() -> None:
    api = FakeApi()
    failing(api, REFUSED, 1000)

    with pytest.raises(Unreachable, match=r"has not answered for 11\d s \(connection refused\): is the cluster up"):
        api.cluster.apply(config_map())
    assert 110 < api.now <= 120
    assert len(api.said) == 1


def test_first_contact_is_given_up_at_once() -> None:
    api = FakeApi()
    failing(api, REFUSED, 1000)
    cluster = Cluster(api, patience=Patience(say=api.said.append, now=lambda: api.now, sleep=api.sleep))

    with pytest.raises(Unreachable, match=r"does not answer .*`--no-cluster` works without it"):
        cluster.get("v1", "ConfigMap", "one", "alpha")
    assert (api.now <= 2.0, api.said) == (True, [])


def test_pause_that_the_server_asks_for_is_kept() -> None:
    api = FakeApi(config_map())
    answers: list[Response | None] = [Response(429, b"", {"Retry-After": "17"}), None]
    api.answer = lambda request: answers.pop(0) if answers else None

    api.cluster.get("v1", "ConfigMap", "one", "alpha")

    assert api.now == 17.0
    assert api.said[0] == "https://fake:6443 is too busy (HTTP 429): waiting for it, at most 120 s"


SELDOM = {"inside": status(500, "InternalError", "boom"), "unreadable": Response(200, b'{"a')}


@pytest.mark.parametrize("response", SELDOM.values(), ids=SELDOM)
def test_failure_that_seldom_passes_gets_seconds(response: Response) -> None:
    api = FakeApi(config_map())
    failing(api, response, 5)
    assert api.cluster.get("v1", "ConfigMap", "one", "alpha")

    failing(api, response, 1000)
    began = api.now
    with pytest.raises(LaunchpadError, match=r"boom|as a Kubernetes API does"):
        api.cluster.get("v1", "ConfigMap", "one", "alpha")
    assert api.now - began <= 10


def test_lasting_failure_is_told_at_once() -> None:
    api = FakeApi()
    failing(api, Broken("certificate has expired", sent=True, lasting=True), 1000)

    with pytest.raises(Unreachable, match=r"no trusted connection .*certificate has expired"):
        api.cluster.get("v1", "ConfigMap", "one", "alpha")
    assert len(api.requests) == 1


WRITES: dict[str, Callable[[Cluster], object]] = {
    "create": lambda cluster: cluster.create(config_map(a="1")),
    "ensure": lambda cluster: cluster.ensure(config_map(a="1")),
    "apply": lambda cluster: cluster.apply(config_map(a="1")),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_write_whose_answer_is_lost_is_done_once_and_counts(write: Callable[[Cluster], object]) -> None:
    api = FakeApi()
    losing_writes(api)

    result = write(api.cluster)

    assert result == "created" or isinstance(result, dict)
    assert api.read("configmaps", "alpha", "one")["data"] == {"a": "1"}
    assert len(api.objects) == 1


def test_object_that_somebody_else_made_meanwhile_is_no_success_of_ours() -> None:
    api = FakeApi()
    api.put(config_map(a="theirs"))
    losing_writes(api)

    with pytest.raises(Conflict, match="already exists"):
        api.cluster.create(config_map(a="1"))


def test_object_of_the_same_content_that_was_there_before_is_no_success_of_ours() -> None:
    api = FakeApi(config_map(a="1"))

    with pytest.raises(Conflict, match="already exists"):
        api.cluster.create(config_map(a="1"))


def test_deletion_whose_answer_is_lost_was_ours() -> None:
    api = FakeApi(config_map())
    losing_writes(api)

    assert api.cluster.delete("v1", "ConfigMap", "one", "alpha") is True
    assert api.cluster.delete("v1", "ConfigMap", "one", "alpha") is False
