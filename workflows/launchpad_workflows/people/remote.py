"""A request about people by a workflow in one call. The password goes there in a Secret that lives as long as its run."""

from __future__ import annotations

import base64
import contextlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from launchpad_workflows.client import MANAGED, OPERATION_LABEL, WORKFLOWS, Client, Object
from launchpad_workflows.people.access import build_access
from launchpad_workflows.people.lms import LmsPod
from launchpad_workflows.people.model import PeopleOutcome, PeopleRequest
from launchpad_workflows.people.template import OPERATION, build_people
from launchpad_workflows.register import apply_missing
from launchpad_workflows.submit import Run
from launchpad_workflows.templates.common import OUTCOME, to_object
from launchpad_workflows.watch import DONE, Clock, follow, read_logs

YOUNG = timedelta(minutes=15)
"""A Secret is made before its run; one without a run that is older will get none."""
_CLOCK = Clock()


@dataclass(frozen=True)
class PeopleRun:
    """A run that has ended. `outcome`: None where the pod told none; `message` and `log`: why, as far as it is known."""

    run: Run
    phase: str
    outcome: PeopleOutcome | None
    message: str = ""
    log: tuple[str, ...] = ()


def register_people(client: Client, request: PeopleRequest, lms: LmsPod, namespace: str, *, policy: bool) -> list[str]:
    """Apply what a run needs and what is missing or has another content; its `Kind name`s. `policy`: see `build_access`."""
    wanted = [*build_access(namespace, policy=policy), to_object(build_people(lms, namespace, request.action))]
    return apply_missing(client, wanted)


def run(
    client: Client,
    request: PeopleRequest,
    password: str,
    namespace: str,
    *,
    deadline: float = 900,
    began: Callable[[Run], None] = lambda run: None,
    progress: Callable[[str], None] = lambda text: None,
    clock: Clock = _CLOCK,
) -> PeopleRun:
    """Start the run, wait for its end, remove its Secret. What `register_people` applies must be there.

    Where the waiting ends early, the run goes on; its Secret is removed by the next call, or with the workflow.
    """
    drop_secrets(client, namespace)
    this = _submit(client, request, password, namespace)
    began(this)
    workflow = follow(client, this, deadline, _Teller(progress), clock)
    ended = _read(client, this, workflow)
    # What has happened is told whatever becomes of the Secret, which goes with its workflow at the latest.
    with contextlib.suppress(Exception):
        _drop(client, this.name, namespace)
    return ended


def build_run(request: PeopleRequest, namespace: str, token: str) -> Object:
    """The Workflow; pure. Its Secret has the same name."""
    name = f"{OPERATION}-{request.action}-{token}"
    parameters = {"request": request.to_json(), **({"secret": name} if request.action == "create" else {})}
    return {
        "apiVersion": WORKFLOWS,
        "kind": "Workflow",
        "metadata": {"name": name, "namespace": namespace, "labels": {**MANAGED, OPERATION_LABEL: OPERATION}},
        "spec": {
            "workflowTemplateRef": {"name": f"launchpad-{OPERATION}-{request.action}"},
            "arguments": {"parameters": [{"name": key, "value": value} for key, value in parameters.items()]},
        },
    }


def drop_secrets(client: Client, namespace: str, now: Callable[[], datetime] | None = None) -> list[str]:
    """Remove the Secrets of runs that have ended, or that were never begun; their names."""
    today = now() if now else datetime.now(timezone.utc)
    found = client.list("v1", "Secret", namespace, labels=f"{OPERATION_LABEL}={OPERATION}")
    names = [secret["metadata"]["name"] for secret in found if _is_left(client, secret, namespace, today)]
    for name in names:
        _drop(client, name, namespace)
    return names


def _submit(client: Client, request: PeopleRequest, password: str, namespace: str) -> Run:
    """The Secret first, so that no pod waits for it; once the workflow is there, it goes with that."""
    workflow = build_run(request, namespace, secrets.token_hex(4))
    name = workflow["metadata"]["name"]
    secret = _secret(name, namespace, password)
    if request.action != "create":
        client.create(workflow)
        return Run(name, namespace, OPERATION, ())
    client.apply(secret)
    try:
        made = client.create(workflow)
    except Exception:
        _drop(client, name, namespace)
        raise
    owner = {"apiVersion": WORKFLOWS, "kind": "Workflow", "name": name, "uid": made["metadata"].get("uid", "")}
    client.apply({**secret, "metadata": {**secret["metadata"], "ownerReferences": [owner]}})
    return Run(name, namespace, OPERATION, ())


def _secret(name: str, namespace: str, password: str) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace, "labels": {**MANAGED, OPERATION_LABEL: OPERATION}},
        "type": "Opaque",
        "data": {"password": base64.b64encode(password.encode()).decode()},
    }


def _drop(client: Client, name: str, namespace: str) -> None:
    client.delete("v1", "Secret", name, namespace)


def _is_left(client: Client, secret: Object, namespace: str, now: datetime) -> bool:
    metadata = secret["metadata"]
    workflow = client.find(WORKFLOWS, "Workflow", metadata["name"], namespace)
    if workflow is not None:
        return (workflow.get("status") or {}).get("phase") in DONE
    made = str(metadata.get("creationTimestamp") or now.isoformat())
    return now - datetime.fromisoformat(made.replace("Z", "+00:00")) > YOUNG


class _Teller:
    """Says each change of the run once."""

    def __init__(self, progress: Callable[[str], None]) -> None:
        self._progress = progress
        self._last = ""

    def __call__(self, workflow: Object, why: str) -> str:
        status = workflow.get("status") or {}
        messages = [_message(node) for node in _nodes(workflow)] or [str(status.get("message") or "")]
        text = " ".join(filter(None, [str(status.get("phase") or "Pending"), why or messages[0]]))
        if text != self._last:
            self._progress(f"workflow {text}")
            self._last = text
        return text


def _read(client: Client, run: Run, workflow: Object) -> PeopleRun:
    """What the pod told, else what Argo says of it and its last lines."""
    status, nodes = workflow["status"], _nodes(workflow)
    told = [one["value"] for node in nodes for one in _outputs(node) if one["name"] == OUTCOME and one.get("value")]
    if told:
        return PeopleRun(run, status["phase"], PeopleOutcome.model_validate_json(told[0]))
    message = next(filter(None, map(_message, nodes)), "") or str(status.get("message") or "")
    logs = read_logs(client, run, {node["id"] for node in nodes})
    return PeopleRun(run, status["phase"], None, message, tuple(line for lines in logs.values() for line in lines))


def _nodes(workflow: Object) -> list[dict[str, Any]]:
    nodes = ((workflow.get("status") or {}).get("nodes") or {}).values()
    return [node for node in nodes if node.get("type") == "Pod"]


def _outputs(node: dict[str, Any]) -> Iterable[dict[str, Any]]:
    return (node.get("outputs") or {}).get("parameters") or []


def _message(node: dict[str, Any]) -> str:
    waiting = (node.get("synchronizationStatus") or {}).get("waiting", "")
    return str(node.get("message") or (f"waits for {waiting}" if waiting else ""))
