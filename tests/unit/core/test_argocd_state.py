"""Each situation in which a deploy may find an Application, and what it does then."""

from __future__ import annotations

from typing import Any

import pytest

from tutor_launchpad.core.argocd import REFRESH
from tutor_launchpad.core.argocd_state import Action, Attempt, Goal, next_action, read_state
from tutor_launchpad.core.types import Object

OURS, OLD = "a" * 40, "b" * 40
SPEC = {"source": {"path": "p"}, "destination": {"namespace": "n"}}


def application(sync: str = "Synced", health: str = "Healthy", revision: str = OURS, **status: Any) -> Object:
    compared = {"status": sync, "revision": revision, "comparedTo": SPEC}
    return {"metadata": {}, "spec": SPEC, "status": {"sync": compared, "health": {"status": health}, **status}}


def running(phase: str, revision: str, **more: Any) -> Object:
    return {"phase": phase, "startedAt": "t1", "syncResult": {"revision": revision}, **more}


def refreshing(obj: Object) -> Object:
    return {**obj, "metadata": {"annotations": {REFRESH: "normal"}}}


def asked(obj: Object, revision: str) -> Object:
    return {**obj, "operation": {"sync": {"revision": revision}}}


out = "OutOfSync"
CASES: dict[str, tuple[Object, bool, Attempt, Action]] = {
    "done": (application(), True, Attempt(), Action.DONE),
    "compared with another commit": (application(revision=OLD), True, Attempt(), Action.REFRESH),
    "being compared": (refreshing(application(revision=OLD)), True, Attempt(), Action.WAIT),
    "never compared": ({"metadata": {}, "spec": SPEC}, True, Attempt(), Action.REFRESH),
    "not yet healthy": (application(health="Progressing"), True, Attempt(), Action.WAIT),
    "auto-sync will start": (application(out), True, Attempt(), Action.WAIT),
    "auto-sync off": (application(out), False, Attempt(), Action.START),
    "auto-sync off, started once": (application(out), False, Attempt(started=True), Action.WAIT),
    "ours runs": (application(out, operationState=running("Running", OURS)), True, Attempt(), Action.WAIT),
    "older one runs": (application(out, operationState=running("Running", OLD)), True, Attempt(), Action.TERMINATE),
    "older one ends": (application(out, operationState=running("Terminating", OLD)), True, Attempt(), Action.WAIT),
    "older one is asked for": (asked(application(out), OLD), True, Attempt(), Action.TERMINATE),
    "ours is asked for": (asked(application(revision=OLD), OURS), True, Attempt(), Action.WAIT),
    "ours runs, but must begin anew": (
        application(out, operationState=running("Running", OURS)), True, Attempt(restart=True), Action.TERMINATE,
    ),
    "ours ended, must begin anew": (
        application(out, operationState=running("Failed", OURS)), True, Attempt(restart=True), Action.START,
    ),
    "ours has just failed": (
        application(out, operationState=running("Failed", OURS)), True, Attempt(), Action.FAIL,
    ),
    "ours had failed before": (
        application(out, operationState=running("Failed", OURS)), True, Attempt(ended="t1"), Action.START,
    ),
    "an older one had failed": (
        application(out, operationState=running("Error", OLD)), True, Attempt(), Action.WAIT,
    ),
    "retries cannot mend it": (
        application(out, operationState=running("Running", OURS, finishedAt="t", message="pods: exceeded quota: q")),
        True, Attempt(), Action.FAIL,
    ),
    "retried after it": (
        application(out, operationState=running("Running", OURS, message="pods: exceeded quota: q")),
        True, Attempt(), Action.WAIT,
    ),
    "retried with our commit": (
        application(out, operationState=running("Running", OURS, operation={"sync": {"revision": OLD}})),
        True, Attempt(), Action.WAIT,
    ),
    "retries may mend it": (
        application(out, operationState=running("Running", OURS, finishedAt="t", message="webhook: connection refused")),
        True, Attempt(), Action.WAIT,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("obj", "auto_sync", "attempt", "action"), CASES.values(), ids=CASES)
def test_next_action(obj: Object, auto_sync: bool, attempt: Attempt, action: Action) -> None:
    goal = Goal(lambda revision: revision == OURS, auto_sync)

    assert next_action(read_state(obj), goal, attempt) is action


def test_state_of_another_source_is_no_comparison() -> None:
    obj = application()
    obj["spec"] = {**SPEC, "source": {"path": "elsewhere"}}

    assert read_state(obj).revision == ""


def test_summary_names_the_wave_and_what_is_waited_for() -> None:
    resources = [
        {"kind": "Deployment", "name": "lms", "status": "OutOfSync", "health": {"status": "Missing"}, "syncWave": 100},
        {"kind": "Job", "name": "init", "status": "Synced", "syncWave": 5, "health": {"status": "Progressing"}},
        {"kind": "Service", "name": "lms", "status": "Synced"},
        {"kind": "ConfigMap", "name": "old", "status": "OutOfSync", "requiresPruning": True},
    ]
    obj = application(out, "Progressing", operationState=running("Running", OURS, retryCount=2), resources=resources)

    assert read_state(obj).summary == (
        "OutOfSync, Progressing; operation Running (retried 2 times); "
        "wave 5: Job init (Progressing), Deployment lms (Missing)"
    )


def test_failures_name_the_objects() -> None:
    results = [
        {"kind": "Ingress", "name": "lms", "status": "SyncFailed", "message": "denied"},
        {"kind": "Service", "name": "lms", "status": "Synced"},
    ]
    state = running("Failed", OURS)
    state["syncResult"]["resources"] = results

    assert read_state(application(operationState=state)).failures == ("Ingress lms: denied",)
