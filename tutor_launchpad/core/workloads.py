"""Init jobs and pods as they are in the cluster: which failed, which are superseded, what a pod is stuck at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from tutor_launchpad.core.jobs import wave
from tutor_launchpad.core.types import Object

STUCK = {
    "CrashLoopBackOff",
    "CreateContainerConfigError",
    "CreateContainerError",
    "ErrImageNeverPull",
    "ErrImagePull",
    "ImageInspectError",
    "ImagePullBackOff",
    "InvalidImageName",
    "RunContainerError",
}


@dataclass(frozen=True)
class JobState:
    """An init job. `ended`: `Complete`, `Failed` or empty while it runs."""

    name: str
    ended: str = ""
    message: str = ""
    wave: int = 0
    uid: str = ""


def read_job(job: Object) -> JobState:
    """What the Job's conditions say."""
    name, uid = job["metadata"]["name"], job["metadata"].get("uid", "")
    for condition in (job.get("status") or {}).get("conditions") or []:
        if condition.get("type") in ("Complete", "Failed") and condition.get("status") == "True":
            return JobState(name, condition["type"], condition.get("message", ""), wave(job), uid)
    return JobState(name, wave=wave(job), uid=uid)


def failed(jobs: Iterable[JobState], wanted: Collection[str]) -> list[JobState]:
    """Jobs of this revision that will not try again, in the order in which they ran."""
    found = [job for job in jobs if job.ended == "Failed" and job.name in wanted]
    return sorted(found, key=lambda job: (job.wave, job.name))


def superseded(jobs: Iterable[JobState], wanted: Collection[str]) -> list[JobState]:
    """Jobs of earlier revisions that still run."""
    return [job for job in jobs if not job.ended and job.name not in wanted]


def failed_container(pods: Iterable[Object]) -> tuple[str, str] | None:
    """(pod, container) that failed last, of the pods of a job."""
    newest = sorted(pods, key=lambda pod: pod["metadata"].get("creationTimestamp", ""), reverse=True)
    for pod in newest:
        for status in _statuses(pod):
            ended = (status.get("state") or {}).get("terminated") or {}
            if ended.get("exitCode", 0) != 0:
                return pod["metadata"]["name"], status["name"]
    for pod in newest:
        for status in _statuses(pod):
            if "waiting" not in (status.get("state") or {}):
                return pod["metadata"]["name"], status["name"]
    return None


def troubles(pods: Iterable[Object]) -> list[str]:
    """One sentence for each pod that is stuck."""
    return sorted(sentence for pod in pods for sentence in _trouble(pod))


def _trouble(pod: Object) -> Iterator[str]:
    name = pod["metadata"]["name"]
    for status in _statuses(pod):
        waiting = (status.get("state") or {}).get("waiting") or {}
        if waiting.get("reason") in STUCK:
            message = waiting.get("message", "").split("\n")[0]
            said = f": {message}" if message else ""
            yield f"Pod {name}: {waiting['reason']}, image {status.get('image', '?')}{said}"
    for condition in (pod.get("status") or {}).get("conditions") or []:
        if condition.get("type") == "PodScheduled" and condition.get("status") == "False":
            yield f"Pod {name}: {condition.get('reason', 'Unschedulable')}: {condition.get('message', '')}"


def _statuses(pod: Object) -> list[Object]:
    status = pod.get("status") or {}
    return [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
