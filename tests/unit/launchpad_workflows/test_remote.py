from __future__ import annotations

import pytest
from launchpad_workflows import remote
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.errors import Refused
from launchpad_workflows.outcomes import Outcome

from tests.unit.launchpad_workflows.fakes import FakeClient, mysql_request
from tests.unit.launchpad_workflows.test_submit import ADMIN, OWN, ready
from tests.unit.launchpad_workflows.test_watch import node

DONE = Outcome(resource="mysql", provider="direct", server="main", status="created")


def ending(client: FakeClient, outcome: Outcome) -> FakeClient:
    """Lets each workflow end as soon as somebody looks at it."""

    def end(verb: str, name: str) -> None:
        live = client.objects.get(("Workflow", "launchpad", name))
        if verb == "get" and live is not None:
            phase = "Failed" if outcome.failed else "Succeeded"
            live["status"] = {"phase": phase, "nodes": {"n0": node(phase, outcome)}}

    client.before = end
    return client


@pytest.mark.parametrize(("status", "known"), [("created", "ours"), ("failed", "new")])
def test_names_are_recorded_as_made_only_after_success(status: str, known: str) -> None:
    made = tuple(item.key for item in mysql_request().resources[0].items()) if status == "created" else ()
    client = ending(ready(ADMIN, OWN), DONE.model_copy(update={"status": status, "made": made}))
    ownership = ClusterOwnership(client, "launchpad")

    finished = remote.run(client, mysql_request(), ownership, lambda _seen: None)

    assert finished.ok is (status == "created")
    assert set(ownership.claim(mysql_request().resources[0].items(), "alpha").values()) == {known}


def test_name_of_another_starts_nothing() -> None:
    client = ready(ADMIN, OWN)
    ownership = ClusterOwnership(client, "launchpad")
    ownership.claim(mysql_request().resources[0].items(), "beta")

    with pytest.raises(Refused, match="instance beta's"):
        remote.run(client, mysql_request(), ownership, lambda _seen: None)
    assert not [key for key in client.objects if key[0] == "Workflow"]


def test_verify_claims_nothing() -> None:
    client = ending(ready(ADMIN, OWN), DONE.model_copy(update={"status": "unchanged"}))
    ownership = ClusterOwnership(client, "launchpad")

    remote.run(client, mysql_request().model_copy(update={"operation": "verify"}), ownership, lambda _seen: None)

    assert ownership.owned() == {}
