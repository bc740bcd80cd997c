"""Finds the run that a caller who was interrupted has left: it is waited for, not started a second time."""

from __future__ import annotations

from launchpad_workflows.client import INSTANCE_LABEL, LABELS, WORKFLOWS, Client, Object
from launchpad_workflows.requests import Request
from launchpad_workflows.submit import Run, places
from launchpad_workflows.watch import DONE, is_ok, read_outcomes

MARK = f"{LABELS}/fingerprint"
"""Annotation of a run: what it does, as its caller tells it apart."""


def find_run(client: Client, request: Request, namespace: str, mark: str, *, ended: bool) -> Run | None:
    """The instance's newest run, where it bears the mark and is under way, or with `ended` came to a good end.

    An older one counts for nothing: what came after it may have changed what it made.
    """
    labels = f"{INSTANCE_LABEL}={request.instance}"
    newest = _newest(client.list(WORKFLOWS, "Workflow", namespace, labels=labels))
    if not newest or any((one["metadata"].get("annotations") or {}).get(MARK) != mark for one in newest):
        return None
    for workflow in newest:
        run = Run(workflow["metadata"]["name"], namespace, request.operation, places(request), request.instance)
        phase = (workflow.get("status") or {}).get("phase", "")
        if phase not in DONE or (ended and is_ok(run, phase, read_outcomes(workflow))):
            return run
    return None


def _newest(workflows: list[Object]) -> list[Object]:
    """Several where they were made in one second, which is all that Kubernetes tells."""
    there = [one for one in workflows if not one["metadata"].get("deletionTimestamp")]
    last = max((_made(one) for one in there), default="")
    return [one for one in there if _made(one) == last]


def _made(workflow: Object) -> str:
    return str(workflow["metadata"].get("creationTimestamp", ""))
