"""What there is of an instance, read from what Git and the cluster say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tutor_launchpad.core.types import Object


@dataclass(frozen=True)
class Pods:
    """Pods by what they do; `waiting`: pod → reason."""

    running: int
    finished: int
    waiting: Mapping[str, str]


@dataclass(frozen=True)
class InstanceStatus:
    """An instance in Git and live. Empty strings and None stand for what is not there or could not be asked."""

    instance: str
    repository: str
    git_revision: str
    live_revision: str
    sync: str
    health: str
    message: str
    pods: Pods | None
    init_jobs: Mapping[str, str]
    provisioning: str
    images: tuple[str, ...]
    last_deploy: str


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


def _reason(status: Mapping[str, object]) -> str:
    containers = [*_list(status.get("initContainerStatuses")), *_list(status.get("containerStatuses"))]
    for container in containers:
        for state in ("waiting", "terminated"):
            reason = container.get("state", {}).get(state, {}).get("reason", "")
            if reason and reason != "Completed":
                return str(reason)
    for condition in _list(status.get("conditions")):
        if condition.get("status") == "False" and condition.get("reason") == "Unschedulable":
            return str(condition.get("message", "Unschedulable"))
    return ""


def _list(value: object) -> list[Object]:
    return value if isinstance(value, list) else []


def read_jobs(jobs: Iterable[Object]) -> dict[str, str]:
    """Job → complete, failed, running or waiting."""
    states = {}
    for job in jobs:
        status = job.get("status", {})
        conditions = {item["type"] for item in _list(status.get("conditions")) if item.get("status") == "True"}
        state = "complete" if "Complete" in conditions else "failed" if "Failed" in conditions else ""
        states[job["metadata"]["name"]] = state or ("running" if status.get("active") else "waiting")
    return dict(sorted(states.items()))


def describe(status: InstanceStatus) -> str:
    """The status for people, a line each."""
    rows = [
        ("instance", status.instance),
        ("repository", status.repository),
        ("in Git", status.git_revision[:10] or "nothing recorded"),
        ("live", status.live_revision[:10] or "nothing deployed"),
        ("sync", status.sync or "-"),
        ("health", status.health or "-"),
        ("message", status.message),
        ("pods", _pods_line(status.pods)),
        ("init jobs", _jobs_line(status.init_jobs)),
        ("provisioning", status.provisioning),
        ("last deploy", status.last_deploy),
    ]
    lines = [f"{name:13} {text}" for name, text in rows if text]
    lines += [f"{'image':13} {image}" for image in status.images]
    if status.pods is not None:
        lines += [f"{'waiting':13} pod {pod}: {reason}" for pod, reason in sorted(status.pods.waiting.items())]
    return "\n".join(lines)


def _pods_line(pods: Pods | None) -> str:
    if pods is None:
        return ""
    return f"{pods.running} running, {len(pods.waiting)} waiting, {pods.finished} finished"


def _jobs_line(jobs: Mapping[str, str]) -> str:
    counts: dict[str, int] = {}
    for state in jobs.values():
        counts[state] = counts.get(state, 0) + 1
    failed = [name for name, state in jobs.items() if state == "failed"]
    text = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    return f"{text} ({', '.join(failed)})" if failed else text
