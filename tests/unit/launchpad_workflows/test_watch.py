from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from launchpad_workflows.client import Object
from launchpad_workflows.errors import Absent, Forbidden, TimedOut, Unavailable
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.submit import Run
from launchpad_workflows.watch import Clock, Progress, wait

from tests.unit.launchpad_workflows.fakes import FakeClient

RUN = Run("provision-alpha-1", "launchpad", "provision", (("mysql", "main"),), "alpha")
CREATED = Outcome(resource="mysql", provider="direct", server="main", status="created")
FAILED = CREATED.model_copy(update={"status": "failed", "details": ("foreign schema",)})


def node(phase: str, outcome: Outcome | None = None, number: int = 0, **more: Any) -> dict[str, Any]:
    """A pod's node of a run."""
    values = {"resource": "mysql", "server": "main"}
    outputs = [{"name": "outcome", "value": outcome.model_dump_json()}] if outcome else []
    return {
        "id": f"n{number}",
        "name": f"run.resource({number})",
        "type": "Pod",
        "phase": phase,
        "startedAt": f"2026-01-01T00:00:0{number}Z",
        "inputs": {"parameters": [{"name": name, "value": value} for name, value in values.items()]},
        "outputs": {"parameters": outputs},
        **more,
    }


def workflow(phase: str, *nodes: dict[str, Any], message: str = "") -> Object:
    status = {"phase": phase, "message": message, "nodes": {one["id"]: one for one in nodes}} if phase else {}
    metadata = {"name": RUN.name, "namespace": RUN.namespace}
    return {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": metadata, "status": status}


class Scene(FakeClient):
    """A client that sees the next state of a run each time it looks; the last one stays."""

    def __init__(self, states: Iterable[Object | Exception], *objects: Object) -> None:
        super().__init__(*objects)
        self._states: Iterator[Object | Exception] = iter(states)
        self._last: Object | Exception = Absent("never seen")

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object:
        self._last = next(self._states, self._last)
        if isinstance(self._last, Exception):
            raise self._last
        return self._last


class Ticks:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.time = 0.0
        self.clock = Clock(lambda: self.time, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.time += seconds


def test_success_brings_the_outcomes_and_each_change_once() -> None:
    states = [
        workflow(""),
        workflow("Pending"),
        workflow("Running", node("Running")),
        workflow("Running", node("Running")),
    ]
    seen: list[Progress] = []

    finished = wait(
        Scene([*states, workflow("Succeeded", node("Succeeded", CREATED))]), RUN, 60, seen.append, Ticks().clock
    )

    assert (finished.ok, finished.outcomes, finished.failures) == (True, (CREATED,), ())
    assert [one.phase for one in seen] == ["Pending", "Running", "Succeeded"]


@pytest.mark.parametrize("phase", ["Failed", "Error"])
def test_failure_brings_reason_and_log(phase: str) -> None:
    pod = {
        "kind": "Pod",
        "metadata": {
            "name": "pod-1",
            "namespace": "launchpad",
            "labels": {"workflows.argoproj.io/workflow": RUN.name},
            "annotations": {"workflows.argoproj.io/node-id": "n0"},
        },
        "status": {"containerStatuses": [{"state": {"terminated": {}}}]},
    }
    scene = Scene([workflow(phase, node(phase, FAILED, message="exit code 1"), message="child failed")], pod)

    finished = wait(scene, RUN, 60, clock=Ticks().clock)

    assert (finished.ok, finished.phase, finished.message, finished.outcomes) == (
        False,
        phase,
        "child failed",
        (FAILED,),
    )
    assert [(one.message, one.log) for one in finished.failures] == [("foreign schema", ("one", "two"))]


def test_failure_without_pod_still_has_argos_reason() -> None:
    bad = node("Error", message="pods is forbidden")

    finished = wait(Scene([workflow("Error", bad)]), RUN, 60, clock=Ticks().clock)

    assert [(one.message, one.log) for one in finished.failures] == [("pods is forbidden", ())]


def test_last_attempt_counts() -> None:
    nodes = [node("Failed", FAILED, 1), node("Succeeded", CREATED, 2)]
    retry = {**node("Succeeded", None, 0), "type": "Retry", "id": "retry"}

    finished = wait(Scene([workflow("Succeeded", *nodes, retry)]), RUN, 60, clock=Ticks().clock)

    assert finished.outcomes == (CREATED,)
    assert finished.ok


@pytest.mark.parametrize("nodes", [[], [node("Succeeded")], [node("Skipped")]])
def test_run_that_succeeded_without_an_outcome_is_not_ok(nodes: list[dict[str, Any]]) -> None:
    finished = wait(Scene([workflow("Succeeded", *nodes)]), RUN, 60, clock=Ticks().clock)

    assert (finished.ok, finished.phase) == (False, "Succeeded")


def test_each_resource_needs_an_outcome() -> None:
    run = replace(RUN, places=(("mysql", "main"), ("storage", "main")))

    assert not wait(Scene([workflow("Succeeded", node("Succeeded", CREATED))]), run, 60, clock=Ticks().clock).ok


def test_our_deadline_ends_a_run_that_stands_still() -> None:
    waiting = node("Pending", synchronizationStatus={"waiting": "launchpad/ConfigMap/launchpad-limit-mysql-main/pods"})
    ticks = Ticks()

    with pytest.raises(
        TimedOut, match=r"within 60 s, last seen: Running \(mysql/main Pending waits for launchpad/Conf"
    ):
        wait(Scene([workflow("Running", waiting)]), RUN, 60, clock=ticks.clock)
    assert ticks.time >= 60


@pytest.mark.parametrize("error", [Absent("gone"), Forbidden("may not"), Unavailable("no answer")])
def test_run_that_is_gone_or_hidden_or_not_answered_for_is_told_at_once(error: Exception) -> None:
    ticks = Ticks()

    with pytest.raises(type(error)):
        wait(Scene([error]), RUN, 60, clock=ticks.clock)
    assert ticks.time == 0


def controller(ready: bool) -> Object:
    metadata = {"name": "workflow-controller-1", "namespace": "", "labels": {"app": "workflow-controller"}}
    waiting = {"state": {"waiting": {"reason": "ImagePullBackOff"}}}
    status = {"conditions": [{"type": "Ready", "status": str(ready)}], "containerStatuses": [waiting]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": status}


@pytest.mark.parametrize(
    ("pods", "why"), [([], "there is none"), ([controller(False)], "Pod workflow-controller-1 is ImagePullBackOff")]
)
def test_controller_that_does_not_work_is_named_within_half_a_minute(pods: list[Object], why: str) -> None:
    ticks = Ticks()

    with pytest.raises(Unavailable, match=f"no pod of workflow-controller is running: {why}. Workflow launchpad/prov"):
        wait(Scene([workflow("")], *pods), RUN, 600, clock=ticks.clock)
    assert ticks.time == 30


def test_controller_that_runs_and_takes_nothing_up_is_told() -> None:
    seen: list[Progress] = []
    states = [*[workflow("")] * 70, workflow("Succeeded", node("Succeeded", CREATED))]

    assert wait(Scene(states, controller(True)), RUN, 600, seen.append, Ticks().clock).ok
    assert seen[1].message == (
        "Argo Workflows has not taken it up for 30 s: its controller runs; does it watch namespace launchpad?"
    )


@pytest.mark.parametrize(("looks", "seconds"), [(20, 10), (120, 60), (125, 70)])
def test_end_is_seen_within_half_a_second_at_first_and_within_two_later(looks: int, seconds: float) -> None:
    ticks = Ticks()
    states = [*[workflow("Running")] * looks, workflow("Succeeded", node("Succeeded", CREATED))]

    wait(Scene(states), RUN, 600, clock=ticks.clock)

    assert ticks.time == seconds


def test_controller_that_may_not_be_looked_at_leaves_what_is_known() -> None:
    scene = Scene([workflow("")])

    def hide(verb: str, name: str) -> None:
        if verb == "list":
            raise Forbidden("may not list")

    scene.before = hide
    with pytest.raises(TimedOut, match=r"taken it up for 60 s: is its controller running\? \(may not list\)"):
        wait(scene, RUN, 60, clock=Ticks().clock)
