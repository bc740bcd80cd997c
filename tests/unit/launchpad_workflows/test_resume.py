"""The run that an interrupted caller has left is taken up; any other is not."""

from __future__ import annotations

from typing import Any

import pytest
from launchpad_workflows import remote
from launchpad_workflows.client import Object
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.remote import Resume
from launchpad_workflows.submit import Run, build_run

from tests.unit.launchpad_workflows.fakes import FakeClient, mysql_request
from tests.unit.launchpad_workflows.test_remote import DONE as PLAIN
from tests.unit.launchpad_workflows.test_remote import ending
from tests.unit.launchpad_workflows.test_submit import ADMIN, OWN, ready
from tests.unit.launchpad_workflows.test_watch import node

DONE = PLAIN.model_copy(update={"made": tuple(item.key for item in mysql_request().resources[0].items())})
MARK = "launchpad.openedx.org/fingerprint"
GOOD = {"phase": "Succeeded", "nodes": {"n0": node("Succeeded", DONE)}}


def _left(token: str, mark: str = "same", made: str = "2026-11-24T12:00:00Z", **more: Any) -> Object:
    run = build_run(mysql_request(), "launchpad", token, {MARK: mark} if mark else {})
    run["metadata"] |= {"creationTimestamp": made, **more.pop("metadata", {})}
    return {**run, **more}


def _provision(client: FakeClient, resume: Resume | None) -> tuple[Run, bool]:
    heard: list[tuple[Run, bool]] = []
    remote.run(
        ending(client, DONE),
        mysql_request(),
        ClusterOwnership(client, "launchpad"),
        lambda _seen: None,
        resume=resume,
        began=lambda run, found: heard.append((run, found)),
    )
    return heard[0]


@pytest.mark.parametrize("status", [{}, {"phase": "Pending"}, {"phase": "Running"}, GOOD], ids=str)
def test_run_that_was_left_is_waited_for_and_recorded(status: Object) -> None:
    client = ready(ADMIN, OWN, _left("0a", status=status))

    run, found = _provision(client, Resume("same"))

    assert (run.name, found) == ("provision-alpha-0a", True)
    assert [name for verb, name in client.calls if verb == "create" and name.startswith("provision")] == []
    assert ClusterOwnership(client, "launchpad").owned(made=True)


@pytest.mark.parametrize(
    "left",
    [
        pytest.param([_left("0a", mark="other")], id="other work"),
        pytest.param([_left("0a", mark="")], id="of whom nobody knows"),
        pytest.param([_left("0a", status={"phase": "Failed"})], id="failed"),
        pytest.param([_left("0a", status={"phase": "Succeeded"})], id="without an outcome"),
        pytest.param([_left("0a", metadata={"deletionTimestamp": "x"})], id="being deleted"),
        pytest.param([_left("0a"), _left("0b", "other", "2026-11-24T12:00:01Z")], id="not the newest"),
        pytest.param([_left("0a"), _left("0b", "other")], id="another of the same second"),
    ],
)
def test_run_of_which_this_cannot_be_said_is_left_alone(left: list[Object]) -> None:
    run, found = _provision(ready(ADMIN, OWN, *left), Resume("same"))

    assert not found
    assert run.name not in ("provision-alpha-0a", "provision-alpha-0b")


def test_older_run_does_not_count() -> None:
    left = [_left("0a", "other"), _left("0b", "same", "2026-11-24T12:00:01Z")]

    assert _provision(ready(ADMIN, OWN, *left), Resume("same"))[0].name == "provision-alpha-0b"


def test_who_wants_a_new_run_waits_only_for_one_under_way() -> None:
    assert _provision(ready(ADMIN, OWN, _left("0a", status=GOOD)), Resume("same", ended=False))[1] is False
    assert _provision(ready(ADMIN, OWN, _left("0a", status={})), Resume("same", ended=False))[1] is True


def test_new_run_bears_the_mark() -> None:
    client = ready(ADMIN, OWN)

    run, _ = _provision(client, Resume("same"))

    assert client.objects["Workflow", "launchpad", run.name]["metadata"]["annotations"] == {MARK: "same"}
