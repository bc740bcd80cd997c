"""Waits for a run, with a clock of our own: an engine that stands still must not hold a person for ever."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from launchpad_workflows.client import WORKFLOWS, Client, Object
from launchpad_workflows.errors import TimedOut
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.standing import Standing
from launchpad_workflows.submit import Run
from launchpad_workflows.templates.common import OUTCOME

DONE = {"Succeeded", "Failed", "Error"}
"""Phases that end; Pending, Running and none at all do not."""
NODE_ENDED_BADLY = {"Failed", "Error"}
TAIL = 20
INTERVAL = 2.0
AT_FIRST, SOON = 60.0, 0.5
"""Most runs take ten seconds: in its first minute a run is looked at more often."""


@dataclass(frozen=True)
class Part:
    """One resource's pod as it was last seen."""

    resource: str
    server: str
    phase: str
    message: str = ""
    attempts: int = 1


@dataclass(frozen=True)
class Progress:
    """The run as it was last seen."""

    phase: str
    message: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Failure:
    """A pod that failed for good: what Argo says of it and its last lines."""

    resource: str
    server: str
    message: str
    log: tuple[str, ...]


@dataclass(frozen=True)
class Finished:
    """A run that has ended. `unrecorded`: why what became of the names could not be recorded; a repeat does that."""

    run: Run
    phase: str
    message: str
    outcomes: tuple[Outcome, ...]
    failures: tuple[Failure, ...]
    unrecorded: str = ""

    @property
    def ok(self) -> bool:
        """Whether every resource that was asked for can be used, by its own outcome and not the run's phase alone."""
        return not self.unrecorded and is_ok(self.run, self.phase, self.outcomes)


def is_ok(run: Run, phase: str, outcomes: Iterable[Outcome]) -> bool:
    """See `Finished.ok`."""
    told = list(outcomes)
    used = {(outcome.resource, outcome.server) for outcome in told if not outcome.failed}
    return phase == "Succeeded" and not any(outcome.failed for outcome in told) and used.issuperset(run.places)


@dataclass(frozen=True)
class Clock:
    """Time, so that tests need none."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def wait(
    client: Client,
    run: Run,
    deadline: float,
    progress: Callable[[Progress], None] = lambda _seen: None,
    clock: Clock = Clock(),
) -> Finished:
    """The end of a run within `deadline` seconds, else `TimedOut` with what was last seen.

    `progress` hears each change. Errors of the client pass through (a run that was deleted is its "not found"). Raises
    `Unavailable` where the engine does not work.
    """
    seen: list[Progress] = []

    def look(workflow: Object, why: str) -> str:
        now = read_progress(workflow)
        now = replace(now, message=why) if why else now
        if seen[-1:] != [now]:
            progress(now)
            seen.append(now)
        return _describe(now)

    return _finish(client, run, follow(client, run, deadline, look, clock))


def follow(
    client: Client, run: Run, deadline: float, look: Callable[[Object, str], str], clock: Clock = Clock()
) -> Object:
    """The Workflow of a run that has ended within `deadline` seconds. `look` sees it each time, with what is known of why
    nothing happens, and says in words what it has seen, for `TimedOut`."""
    began = clock.now()
    standing = Standing(client, run, began)
    while True:
        workflow = client.get(WORKFLOWS, "Workflow", run.name, run.namespace)
        seen = look(workflow, standing.look(workflow, clock.now()))
        if (workflow.get("status") or {}).get("phase") in DONE:
            return workflow
        waited = clock.now() - began
        if waited >= deadline:
            raise _timed_out(run, deadline, seen)
        clock.sleep(SOON if waited < AT_FIRST else INTERVAL)


def read_progress(workflow: Object) -> Progress:
    """What a Workflow's status says; pure."""
    status = workflow.get("status") or {}
    latest = _latest(status)
    attempts: dict[tuple[str, str], int] = {}
    for node in _pods(status):
        attempts[_place(node)] = attempts.get(_place(node), 0) + 1
    parts = [
        Part(*place, node.get("phase", "Pending"), _message(node), attempts.get(place, 1))
        for place, node in sorted(latest.items())
    ]
    return Progress(status.get("phase") or "Pending", status.get("message", ""), tuple(parts))


def read_outcomes(workflow: Object) -> tuple[Outcome, ...]:
    """The outcome of each resource's last attempt; pure."""
    latest = _latest(workflow.get("status") or {})
    found = [_outcome(node) for _, node in sorted(latest.items())]
    return tuple(outcome for outcome in found if outcome is not None)


def _finish(client: Client, run: Run, workflow: Object) -> Finished:
    status = workflow["status"]
    bad = {place: node for place, node in sorted(_latest(status).items()) if node.get("phase") in NODE_ENDED_BADLY}
    logs = read_logs(client, run, {node["id"] for node in bad.values()}) if bad else {}
    failures = tuple(
        Failure(*place, _message(node) or node["phase"], logs.get(node["id"], ())) for place, node in bad.items()
    )
    return Finished(run, status["phase"], status.get("message", ""), read_outcomes(workflow), failures)


def read_logs(client: Client, run: Run, nodes: set[str]) -> dict[str, tuple[str, ...]]:
    """The last lines of the pods of some nodes, as far as there are any."""
    pods = client.list("v1", "Pod", run.namespace, labels=f"workflows.argoproj.io/workflow={run.name}")
    found = {}
    for pod in pods:
        node = (pod["metadata"].get("annotations") or {}).get("workflows.argoproj.io/node-id", "")
        if node in nodes and _has_started(pod):
            try:
                text = client.logs(run.namespace, pod["metadata"]["name"], container="main", tail=TAIL)
            except Exception as error:  # noqa: BLE001 - whatever a client raises, the failure itself has to be told
                text = f"(no log: {error})"
            found[node] = tuple(text.splitlines()[-TAIL:])
    return found


def _has_started(pod: Object) -> bool:
    states = [one.get("state") or {} for one in (pod.get("status") or {}).get("containerStatuses") or []]
    return any("terminated" in state or "running" in state for state in states)


def _pods(status: Object) -> list[dict[str, Any]]:
    nodes = (status.get("nodes") or {}).values()
    return [node for node in nodes if node.get("type") == "Pod" and _place(node) != ("", "")]


def _latest(status: Object) -> dict[tuple[str, str], dict[str, Any]]:
    """(resource, server) → the pod that was tried last, or the retry that still waits for its first."""
    nodes = [node for node in (status.get("nodes") or {}).values() if _place(node) != ("", "")]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for node in sorted(nodes, key=lambda node: (node.get("type") == "Pod", node.get("startedAt") or "", node["name"])):
        found[_place(node)] = node
    return found


def _place(node: dict[str, Any]) -> tuple[str, str]:
    inputs = (node.get("inputs") or {}).get("parameters") or []
    values = {parameter["name"]: str(parameter.get("value", "")) for parameter in inputs}
    return values.get("resource", ""), values.get("server", "")


def _outcome(node: dict[str, Any]) -> Outcome | None:
    """What the pod wrote; None where it did not come so far."""
    for parameter in (node.get("outputs") or {}).get("parameters") or []:
        if parameter["name"] == OUTCOME and parameter.get("value"):
            return Outcome.model_validate_json(parameter["value"])
    return None


def _message(node: dict[str, Any]) -> str:
    """Why it is where it is: in the worker's own words where there are some, else in Argo's."""
    outcome = _outcome(node)
    if outcome is not None and outcome.failed:
        return " ".join(outcome.details)
    waiting = (node.get("synchronizationStatus") or {}).get("waiting", "")
    return str(node.get("message") or (f"waits for {waiting}" if waiting else ""))


def _describe(seen: Progress) -> str:
    parts = "; ".join(f"{one.resource}/{one.server} {one.phase} {one.message}".rstrip() for one in seen.parts)
    return f"{seen.phase} {seen.message}".rstrip() + (f" ({parts})" if parts else "")


def _timed_out(run: Run, deadline: float, last: str) -> TimedOut:
    return TimedOut(
        f"Workflow {run.namespace}/{run.name} did not end within {deadline:.0f} s, last seen: {last}. It goes on: "
        f"`kubectl -n {run.namespace} get workflow {run.name} -o yaml` shows its outcomes, and so does this command if it is "
        "run again, which waits until it has ended."
    )
