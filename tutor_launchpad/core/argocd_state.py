"""What an Application says about itself, as data, and what a deploy does next."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum

from tutor_launchpad.core.argocd import MARK, REFRESH
from tutor_launchpad.core.listing import listed
from tutor_launchpad.core.types import Object

ENDED_BADLY = ("Failed", "Error")
SETTLED = ("Healthy", "Suspended", "")
NO_WAITING = (
    "exceeded quota",
    "violates PodSecurity",
    "is not permitted in project",
    "could not find the requested resource",
    "The Kubernetes API could not find",
    "no matches for kind",
    "field is immutable",
    "is invalid:",
    "failed to create typed patch object",
    "denied the request",
    "denied request",
    "because it is being terminated",
)
"""Failures of a sync that its retries do not mend."""
SELDOM = "failed calling webhook"
RETRIES = 3
"""A webhook that cannot be called may be starting: so many retries of Argo CD, which is a minute."""


@dataclass(frozen=True)
class Resource:
    """One object of the instance, as Argo CD sees it."""

    kind: str
    name: str
    sync: str
    health: str
    message: str = ""
    wave: int = 0
    pruned: bool = False

    def __str__(self) -> str:
        """`Deployment lms (Progressing: waiting for rollout)`."""
        state = self.health if self.health not in SETTLED else self.sync
        return f"{self.kind} {self.name} ({state}{': ' + self.message if self.message else ''})"


@dataclass(frozen=True)
class SyncState:
    """An Application at one moment.

    `revision`: the commit that it was last compared with. `operation_revisions`: what the operation was asked for, and
    what it does; they differ after a retry has taken a newer commit. `mark`: the run that asked for it. `pausing`: it
    failed and waits for its next try.
    """

    sync: str = "Unknown"
    health: str = "Unknown"
    revision: str = ""
    phase: str = ""
    message: str = ""
    started: str = ""
    operation_revisions: tuple[str, ...] = ()
    mark: str = ""
    retries: int = 0
    pausing: bool = False
    in_progress: bool = False
    refreshing: bool = False
    errors: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    resources: tuple[Resource, ...] = field(default=(), repr=False)

    @property
    def pending(self) -> list[Resource]:
        """What is not yet as Git says, or not yet healthy, in the order of the waves."""
        waiting = [one for one in self.resources if not one.pruned and _waiting(one)]
        return sorted(waiting, key=lambda one: (one.wave, one.kind, one.name))

    @property
    def summary(self) -> str:
        """One line: the words of Argo CD, the wave, and what is waited for."""
        words = [self.sync, self.health]
        if self.phase and (self.in_progress or self.phase in ENDED_BADLY):
            words.append(f"operation {self.phase}" + (f" (retried {self.retries} times)" if self.retries else ""))
        pending = self.pending
        if pending:
            words.append(f"wave {pending[0].wave}: {listed(pending, 3)}")
        return "; ".join([", ".join(words[:2]), *words[2:]])


def _waiting(one: Resource) -> bool:
    return one.sync != "Synced" or one.health not in SETTLED


def read_state(application: Object) -> SyncState:
    """What the Application's status says; a new one says nothing yet."""
    status = application.get("status") or {}
    sync, running = status.get("sync") or {}, status.get("operationState") or {}
    asked = application.get("operation")
    result = running.get("syncResult") or {}
    results = result.get("resources") or []
    phase = running.get("phase", "")
    fresh = bool(asked) and phase not in ("Running", "Terminating")  # asked for, not yet begun
    request = asked if fresh and asked else running.get("operation") or {}
    wanted = (request.get("sync") or {}).get("revision", "")
    conditions = status.get("conditions") or []
    return SyncState(
        sync=sync.get("status", "Unknown"),
        health=(status.get("health") or {}).get("status", "Unknown"),
        revision=sync.get("revision", "") if _compared(application) else "",
        phase="Running" if fresh else phase,
        message="" if fresh else running.get("message", ""),
        started="" if fresh else running.get("startedAt", ""),
        operation_revisions=tuple(filter(None, [wanted, "" if fresh else result.get("revision", "")])),
        mark=next((one.get("value", "") for one in request.get("info") or [] if one.get("name") == MARK), ""),
        retries=0 if fresh else int(running.get("retryCount", 0)),
        pausing=phase == "Running" and bool(running.get("finishedAt")) and not fresh,
        in_progress=bool(asked) or phase in ("Running", "Terminating"),
        refreshing=REFRESH in (application["metadata"].get("annotations") or {}),
        errors=tuple(c["message"] for c in conditions if c["type"] in ("ComparisonError", "InvalidSpecError")),
        failures=() if fresh else tuple(_failures(results)),
        resources=tuple(_resources(status.get("resources") or [], results)),
    )


def _compared(application: Object) -> bool:
    """Whether the comparison is one with the source and destination that the Application has now."""
    spec = application.get("spec") or {}
    known = ((application.get("status") or {}).get("sync") or {}).get("comparedTo") or {}
    return all(known.get(part) == spec.get(part) for part in ("source", "destination"))


def _resources(items: Iterable[Object], results: Iterable[Object]) -> Iterable[Resource]:
    """Argo CD 3 keeps each object's health out of the Application; the running sync still tells what it waits for."""
    running = {(one["kind"], one["name"]) for one in results if one.get("hookPhase") == "Running"}
    for item in items:
        waited = (item["kind"], item["name"]) in running
        health = {"status": "Progressing"} if waited else item.get("health") or {}
        yield Resource(
            kind=item["kind"],
            name=item["name"],
            sync=item.get("status", ""),
            health=health.get("status", ""),
            message=health.get("message", ""),
            wave=int(item.get("syncWave", 0)),
            pruned=bool(item.get("requiresPruning")),
        )


def _failures(results: Iterable[Object]) -> Iterable[str]:
    for item in results:
        if item.get("status") == "SyncFailed" or item.get("hookPhase") in ENDED_BADLY:
            yield f"{item['kind']} {item['name']}: {item.get('message', 'failed')}"


class Action(Enum):
    """What a deploy does next."""

    DONE = "done"
    WAIT = "wait"
    REFRESH = "refresh"
    TERMINATE = "terminate"
    START = "start"
    FAIL = "fail"


@dataclass(frozen=True)
class Goal:
    """`reached`: whether a commit is ours or a later one with the same content of this instance."""

    reached: Callable[[str], bool]
    auto_sync: bool


@dataclass(frozen=True)
class Attempt:
    """What this deploy found and did. `ended`: start of the operation that had ended before we came, or that we ended.

    `overdue`: there is something to sync, and Argo CD does not begin by itself.
    """

    ended: str = ""
    restart: bool = False
    started: bool = False
    overdue: bool = False


def next_action(state: SyncState, goal: Goal, attempt: Attempt) -> Action:
    """The one decision of the sync step; pure, so that each corner has a test."""
    if state.in_progress:
        return _while_running(state, goal, attempt)
    if attempt.restart and not attempt.started:
        return Action.START
    if state.refreshing:
        return Action.WAIT
    if not goal.reached(state.revision):
        return Action.REFRESH
    if state.sync == "Synced" and state.health == "Healthy":
        return Action.DONE
    ended_badly = state.phase in ENDED_BADLY and is_ours(state, goal)
    if ended_badly and state.started != attempt.ended:
        return Action.FAIL
    waits_for_us = ended_badly or not goal.auto_sync or attempt.overdue
    if state.sync == "OutOfSync" and not attempt.started and waits_for_us:
        return Action.START
    return Action.WAIT


def is_ours(state: SyncState, goal: Goal) -> bool:
    """Whether the operation is one to our content."""
    return any(goal.reached(revision) for revision in state.operation_revisions)


def _while_running(state: SyncState, goal: Goal, attempt: Attempt) -> Action:
    if state.phase == "Terminating":
        return Action.WAIT
    if attempt.restart and not attempt.started:
        return Action.TERMINATE
    if state.operation_revisions and not is_ours(state, goal):
        return Action.TERMINATE
    if state.pausing and any(_lasts(message, state.retries) for message in (state.message, *state.failures)):
        return Action.FAIL
    return Action.WAIT


def _lasts(message: str, retries: int) -> bool:
    return any(text in message for text in NO_WAITING) or (SELDOM in message and retries >= RETRIES)
