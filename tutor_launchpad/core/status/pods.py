"""Pods and init jobs: what they do, and why some do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tutor_launchpad.core.status.model import Pods
from tutor_launchpad.core.types import Object

JOB_NAME = "batch.kubernetes.io/job-name"


def read_pods(pods: Iterable[Object]) -> Pods:
    """Counts, and the reason of each pod that is neither ready nor finished."""
    running = finished = 0
    waiting: dict[str, str] = {}
    for pod in pods:
        status = pod.get("status", {})
        phase = status.get("phase", "Pending")
        if phase == "Succeeded":
            finished += 1
        elif phase == "Running" and all(item.get("ready") for item in _list(status.get("containerStatuses"))):
            running += 1
        else:
            waiting[pod["metadata"]["name"]] = _reason(status) or phase
    return Pods(running, finished, waiting)


def _reason(status: Mapping[str, Any]) -> str:
    for container in _containers(status):
        for state in ("waiting", "terminated"):
            reason = container.get("state", {}).get(state, {}).get("reason", "")
            if reason and reason != "Completed":
                return str(reason)
    for condition in _list(status.get("conditions")):
        if condition.get("status") == "False" and condition.get("reason") == "Unschedulable":
            return str(condition.get("message", "Unschedulable"))
    return ""


def read_jobs(jobs: Iterable[Object]) -> dict[str, str]:
    """Job → complete, failed, running or waiting."""
    states = {}
    for job in jobs:
        status, ended = job.get("status", {}), _ended(job)
        state = {"Complete": "complete", "Failed": "failed"}.get(ended.get("type", ""), "")
        states[job["metadata"]["name"]] = state or ("running" if status.get("active") else "waiting")
    return dict(sorted(states.items()))


def failed_jobs(jobs: Iterable[Object], pods: Iterable[Object]) -> dict[str, str]:
    """Failed job → why: what Kubernetes says, and how its last pod ended."""
    last: dict[str, Object] = {}
    for pod in sorted(pods, key=lambda one: str(one["metadata"].get("creationTimestamp", ""))):
        last[(pod["metadata"].get("labels") or {}).get(JOB_NAME, "")] = pod
    reasons = {}
    for job in jobs:
        name, ended = job["metadata"]["name"], _ended(job)
        if ended.get("type") == "Failed":
            words = [ended.get("reason", ""), ended.get("message", ""), _exit(last.get(name, {}).get("status", {}))]
            reasons[name] = ", ".join(word for word in words if word) or "no reason is told"
    return dict(sorted(reasons.items()))


def _ended(job: Object) -> Object:
    """The condition by which a job has ended; a failure counts before a completion."""
    conditions = _list(job.get("status", {}).get("conditions"))
    ended = [one for one in conditions if one.get("status") == "True" and one.get("type") in ("Complete", "Failed")]
    return max(ended, key=lambda one: str(one["type"]), default={})


def _exit(status: Mapping[str, Any]) -> str:
    """`container lms ended with 137 (OOMKilled)`."""
    for container in _containers(status):
        ended = container.get("state", {}).get("terminated") or {}
        if ended.get("exitCode"):
            reason = ended.get("reason", "Error")
            why = "" if reason == "Error" else f" ({reason})"
            return f"container {container.get('name')} ended with {ended['exitCode']}{why}"
    return ""


def _containers(status: Mapping[str, Any]) -> list[Object]:
    return [*_list(status.get("initContainerStatuses")), *_list(status.get("containerStatuses"))]


def _list(value: object) -> list[Object]:
    return value if isinstance(value, list) else []
