"""Init jobs as ordinary Jobs, and the order in which Argo CD makes an instance's objects.

As hooks Drydock's Jobs would run at every sync. As Jobs named by their content they run when that content changes:
Argo CD then makes the new one and prunes the old one, and patches nothing that is immutable.
The name covers the whole pod template, since a Job whose template changes under the same name could not be applied.
What may change without a new run stays outside: wave, labels and annotations of the Job, deadline, retries.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from copy import deepcopy

from tutor_launchpad.core.pods import pod_template
from tutor_launchpad.core.types import Object

JOB_LABEL = "launchpad.openedx.org/init-job"
WAVE = "argocd.argoproj.io/sync-wave"
HOOK = "argocd.argoproj.io/hook"
HOOK_DELETE = "argocd.argoproj.io/hook-delete-policy"
OUTSIDE_WAVE = 110
"""After the applications (100), before autoscalers (150): what waits for an address or a certificate."""

_OUTSIDE_KINDS = {"Ingress", "Issuer", "Certificate"}
_OUTSIDE_DEPLOYMENTS = {"caddy", "mfe"}
_VERSION_ANNOTATION = "app.kubernetes.io/version"


def become_ordinary_jobs(objects: Iterable[Object], deadline: int) -> list[Object]:
    """The objects, with each Job that is a Sync hook made an ordinary one that ends within `deadline` seconds."""
    return [_ordinary(obj, deadline) if _is_hook_job(obj) else obj for obj in objects]


def _is_hook_job(obj: Object) -> bool:
    hooks = (obj["metadata"].get("annotations") or {}).get(HOOK, "")
    return obj["kind"] == "Job" and "Sync" in [hook.strip() for hook in hooks.split(",")]


def _ordinary(obj: Object, deadline: int) -> Object:
    job = deepcopy(obj)
    task = re.sub(r"^drydock-|-job(-\d+)?$", "", job["metadata"]["name"])
    metadata, spec = job["metadata"], job["spec"]
    metadata["annotations"] = {k: v for k, v in metadata["annotations"].items() if k not in (HOOK, HOOK_DELETE)}
    metadata["labels"] = _labels(metadata, task)
    spec.pop("ttlSecondsAfterFinished", None)
    spec["activeDeadlineSeconds"] = deadline
    _normalise(spec["template"], task)
    return job


def _normalise(template: Object, task: str) -> None:
    """No label by which a Service or Deployment could select the pod, and nothing that changes with a version only."""
    metadata = template.setdefault("metadata", {})
    metadata["labels"] = _labels(metadata, task)
    annotations = {k: v for k, v in (metadata.pop("annotations", None) or {}).items() if k != _VERSION_ANNOTATION}
    if annotations:
        metadata["annotations"] = annotations


def _labels(metadata: Object, task: str) -> dict[str, str]:
    """Drydock's labels hold the job's index, which another plugin may shift."""
    labels = metadata.get("labels") or {}
    kept = {k: v for k, v in labels.items() if k != "app.kubernetes.io/name" and not k.startswith("drydock.io/")}
    return {**kept, JOB_LABEL: task[:63]}


def name_jobs(objects: Iterable[Object]) -> list[Object]:
    """The objects, with init jobs named by their content. Only after sealing: a name must not tell of a secret."""
    taken: dict[str, int] = {}
    named = []
    for obj in objects:
        if is_init_job(obj):
            obj = deepcopy(obj)
            name = _content_name(obj)
            taken[name] = taken.get(name, 0) + 1
            obj["metadata"]["name"] = name if taken[name] == 1 else f"{name}-{taken[name]}"
        named.append(obj)
    return named


def is_init_job(obj: Object) -> bool:
    """Whether `become_ordinary_jobs` made it."""
    return obj["kind"] == "Job" and JOB_LABEL in (obj["metadata"].get("labels") or {})


def _content_name(job: Object) -> str:
    content = json.dumps(job["spec"]["template"], sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(content.encode()).hexdigest()[:10]
    task = job["metadata"]["labels"][JOB_LABEL][:42].strip("-.")
    return f"init-{task}-{digest}"


def assign_waves(objects: Iterable[Object]) -> list[Object]:
    """The objects, with waves such that no init job waits for an address, a certificate or an unused claim."""
    given = list(objects)
    last = max([OUTSIDE_WAVE, *(wave(obj) + 1 for obj in given if is_init_job(obj))])
    result = [_with_wave(obj, max(wave(obj), last)) if _waits_outside(obj) else obj for obj in given]
    first = _first_consumers(result)
    return [
        _with_wave(obj, first.get(obj["metadata"]["name"], last)) if obj["kind"] == "PersistentVolumeClaim" else obj
        for obj in result
    ]


def wave(obj: Object) -> int:
    """The sync wave; 0 where nothing says so."""
    value = (obj["metadata"].get("annotations") or {}).get(WAVE, "0")
    return int(value) if re.fullmatch(r"\s*[+-]?\d+\s*", str(value)) else 0


def _waits_outside(obj: Object) -> bool:
    kind, name = obj["kind"], obj["metadata"]["name"]
    return kind in _OUTSIDE_KINDS or (kind == "Deployment" and name in _OUTSIDE_DEPLOYMENTS)


def _with_wave(obj: Object, number: int) -> Object:
    annotations = {**(obj["metadata"].get("annotations") or {}), WAVE: str(number)}
    return {**obj, "metadata": {**obj["metadata"], "annotations": annotations}}


def _first_consumers(objects: Iterable[Object]) -> dict[str, int]:
    """Claim → lowest wave of what mounts it. A CronJob makes no pod yet, so it does not count."""
    first: dict[str, int] = {}
    for obj in objects:
        template = pod_template(obj) if obj["kind"] != "CronJob" else None
        for volume in (template["spec"].get("volumes") or []) if template else []:
            claim = (volume.get("persistentVolumeClaim") or {}).get("claimName")
            if claim:
                first[claim] = min(first.get(claim, wave(obj)), wave(obj))
    return first
