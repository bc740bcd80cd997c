"""Whether a program of the cluster works that others depend on, read from its pods alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from launchpad_workflows.client import Object

LABELS = ("app.kubernetes.io/name", "app.kubernetes.io/component", "app")
"""Manifests, charts and operators label the same program in one of these; its name is the value or ends it."""


@dataclass(frozen=True)
class Stopped:
    """A program none of whose pods is ready. `starting`: one of them may still become so by itself."""

    program: str
    why: str
    starting: bool = False

    def __str__(self) -> str:
        """`no pod of argocd-repo-server is running: Pod x is CrashLoopBackOff`."""
        return f"no pod of {self.program} is running: {self.why}"


def find_stopped(pods: Iterable[Object], program: str) -> Stopped | None:
    """None where one of its pods is ready. `program`: its name, of which labels may hold the end alone."""
    ours = [pod for pod in pods if _belongs(pod, program)]
    if any(_is_ready(pod) for pod in ours):
        return None
    if not ours:
        return Stopped(program, "there is none")
    pod = max(ours, key=lambda one: str(one["metadata"].get("creationTimestamp", "")))
    reason, starting = _state(pod)
    return Stopped(program, f"Pod {pod['metadata']['name']} is {reason}", starting)


def _belongs(pod: Object, program: str) -> bool:
    labels = pod["metadata"].get("labels") or {}
    short = program.partition("-")[2] if program.startswith("argocd-") else program
    return any(str(labels.get(label, "")).endswith(short) for label in LABELS)


def _is_ready(pod: Object) -> bool:
    conditions = (pod.get("status") or {}).get("conditions") or []
    ready = any(one.get("type") == "Ready" and one.get("status") == "True" for one in conditions)
    return ready and not pod["metadata"].get("deletionTimestamp")


def _state(pod: Object) -> tuple[str, bool]:
    """Its reason in a word or two, and whether it may pass: pods that are being made or have just begun."""
    status = pod.get("status") or {}
    if pod["metadata"].get("deletionTimestamp"):
        return "being deleted", True
    statuses = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    for one in statuses:
        waiting = (one.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") not in (None, "ContainerCreating", "PodInitializing"):
            message = str(waiting.get("message", "")).split("\n")[0]
            return waiting["reason"] + (f" ({message})" if message else ""), False
    for condition in status.get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            return f"{condition.get('reason', 'Unschedulable')} ({condition.get('message', '')})", False
    restarted = any(one.get("restartCount") for one in statuses)
    return f"{status.get('phase', 'Pending')} and not ready", not restarted
