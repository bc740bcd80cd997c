"""One instance by one workflow, beside a plain Job for each resource with the same image and no engine behind it."""

from __future__ import annotations

import secrets
import statistics
import time
from collections.abc import Callable, Iterator, Sequence

from launchpad_workflows.client import WORKFLOWS, Object
from launchpad_workflows.credentials import admin_secret, instance_secret
from launchpad_workflows.requests import Request, Resource

from tests.bench import arena, servers
from tests.bench.arena import Arena

GOAL = "goal: 15 s and 3 pods. A Job of a public image is no comparison where the cluster can pull none"
PAUSE = 0.2


def measure(runs: int) -> Iterator[str]:
    """Making and removal, in turn with the Jobs, each of an instance of its own."""
    if why := arena.missing():
        yield f"not run: {why}"
        return
    yield GOAL
    with arena.opened() as place:
        _once(place, "provision", _by_workflow)  # the image is on the node from here on
        yield _compare(place, "provision", runs)
        yield _compare(place, "deprovision", runs)


def _compare(place: Arena, operation: str, runs: int) -> str:
    times: dict[str, list[float]] = {}
    pods: set[int] = set()
    for _ in range(runs):
        for name, act in (("one workflow", _by_workflow), ("a Job for each resource", _by_jobs)):
            seconds, count = _once(place, operation, act)
            times.setdefault(name, []).append(seconds)
            pods |= {count} if act is _by_workflow else set()
    rows = [_row(f"{operation}, {name}", seconds) for name, seconds in times.items()]
    ratios = [ours / theirs for ours, theirs in zip(*times.values(), strict=True)]
    return "\n".join([*rows, f"{'ratio':52} {statistics.median(ratios):13.2f}    pods of the workflow {max(pods)}"])


def _once(place: Arena, operation: str, act: Callable[[Arena, Request], int]) -> tuple[float, int]:
    """Seconds and pods of one run; what it makes is removed again, unmeasured."""
    instance = f"bench-{secrets.token_hex(3)}"
    place.admit(instance)
    making, removal = place.request(instance), place.request(instance, operation="deprovision", delete_data=True)
    if operation == "deprovision":
        _by_workflow(place, making)
    started = time.perf_counter()
    count = act(place, making if operation == "provision" else removal)
    seconds = time.perf_counter() - started
    if operation == "provision":
        _by_workflow(place, removal)
    return seconds, count


def _by_workflow(place: Arena, request: Request) -> int:
    place.admit(request.instance)
    finished = place.run(request)
    if not finished.ok:
        raise SystemExit(f"workflow {finished.run.name} failed: {finished.failures}")
    workflow = place.client.get(WORKFLOWS, "Workflow", finished.run.name, place.params.namespace)
    return sum(node["type"] == "Pod" for node in workflow["status"]["nodes"].values())


def _by_jobs(place: Arena, request: Request) -> int:
    """As somebody would who has the image and no Argo: nobody queues, tries again, tells, or collects."""
    token = secrets.token_hex(3)
    for one in request.resources:
        mine = servers.as_ours(one) if request.operation == "deprovision" else one
        place.client.create(_job(place, request.model_copy(update={"resources": (mine,)}), mine, token))
    while not _done(place, place.client.list("batch/v1", "Job", place.params.namespace, labels=f"bench={token}")):
        time.sleep(PAUSE)
    return len(request.resources)


def _done(place: Arena, jobs: Sequence[Object]) -> bool:
    """Whether all came to a good end; ends with the log of one that failed."""
    complete = [job for job in jobs if _is(job, "Complete")]
    for job in jobs:
        if _is(job, "Failed"):
            labels = f"job-name={job['metadata']['name']}"
            pod = place.client.list("v1", "Pod", place.params.namespace, labels=labels)[0]["metadata"]["name"]
            raise SystemExit(f"{pod} failed:\n{place.client.logs(place.params.namespace, pod)}")
    return len(complete) == len(jobs)


def _is(job: Object, condition: str) -> bool:
    found = (job.get("status") or {}).get("conditions") or []
    return any(one["type"] == condition and one["status"] == "True" for one in found)


def _job(place: Arena, request: Request, resource: Resource, token: str) -> Object:
    """A pod like the workflow's."""
    mounts = {
        f"/credentials/admin/{resource.resource}/main": _secret(admin_secret(resource.resource, "main")),
        "/credentials/instance": _secret(instance_secret(request.instance)),
        "/tmp": {"emptyDir": {}},
    }
    volumes = [{"name": f"v{number}", **volume} for number, volume in enumerate(mounts.values())]
    template = place.client.get(WORKFLOWS, "WorkflowTemplate", "launchpad-provision", place.params.namespace)
    worker = next(one for one in template["spec"]["templates"] if "container" in one)["container"]
    container = {
        "name": "worker",
        "image": place.params.image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["launchpad-worker", request.operation, "--request", request.to_json()],
        "args": ["--resource", resource.resource],
        "resources": worker["resources"],
        "securityContext": worker["securityContext"],
        "volumeMounts": [{"name": f"v{number}", "mountPath": path} for number, path in enumerate(mounts)],
    }
    pod = {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "securityContext": {"runAsUser": 1000, "fsGroup": 1000, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [container],
        "volumes": volumes,
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"{resource.resource}-{token}",
            "namespace": place.params.namespace,
            "labels": {"bench": token},
        },
        "spec": {"backoffLimit": 0, "template": {"spec": pod}},
    }


def _secret(name: str) -> Object:
    return {"secret": {"secretName": name, "defaultMode": 0o440}}


def _row(name: str, seconds: Sequence[float]) -> str:
    return f"{name:52} {min(seconds):6.2f} {statistics.median(seconds):6.2f} {max(seconds):6.2f} s"
