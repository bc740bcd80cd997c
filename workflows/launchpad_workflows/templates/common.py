"""What the templates share: names, and the security of a worker's pod. Pure."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from hera.workflows import DAG, Container, Parameter, Task, WorkflowTemplate
from hera.workflows import models as m

from launchpad_workflows.client import CONTENT_LABEL, MANAGED, Object

WORKER = "launchpad-worker"
"""ServiceAccount of the pods: it may do nothing, and its token is not mounted."""
EXECUTOR = "launchpad-executor"
"""ServiceAccount of Argo's own containers beside the worker."""
LIMIT_KEY = "pods"
"""Key of a server's limit ConfigMap: how many pods may work on the server at a time."""
PROVISION = "launchpad-provision"
CHECK = "launchpad-check"
OUTCOME = "outcome"
"""Name of the output parameter."""
OUTCOME_PATH = "/outputs/outcome.json"
MAY_PASS = 75
# Seconds.
_ATTEMPT_DEADLINE = 600
_RUN_DEADLINE = 3600
_KEEP_SUCCEEDED = 3600
_KEEP_FAILED = 7 * 24 * 3600
_POD = m.PodSecurityContext(
    run_as_non_root=True,
    run_as_user=1000,
    run_as_group=1000,
    fs_group=1000,
    seccomp_profile=m.SeccompProfile(type="RuntimeDefault"),
)
_CONTAINER = m.SecurityContext(
    allow_privilege_escalation=False,
    capabilities=m.Capabilities(drop=["ALL"]),
    privileged=False,
    read_only_root_filesystem=True,
    run_as_non_root=True,
)
_CONFINED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
_HARDENED = json.dumps(
    {
        "initContainers": [{"name": "init", "securityContext": _CONFINED}],
        "containers": [{"name": "wait", "securityContext": _CONFINED}],
    }
)
"""Argo's own containers get what Pod Security `restricted` asks for only where the controller is configured so."""


@dataclass(frozen=True)
class TemplateParams:
    """What differs between clusters."""

    image: str
    namespace: str = "launchpad"
    pull_secret: str = ""
    attempts: int = 5


def limit_name(resource: str, server: str) -> str:
    """Name of the ConfigMap with a server's limit. One for each server, so that two can be registered at a time."""
    return f"launchpad-limit-{resource}-{server}"


def to_object(template: WorkflowTemplate) -> Object:
    """The plain object, labelled with a digest of itself."""
    return labelled(template.to_dict())


def labelled(obj: dict[str, Any]) -> Object:
    """The object with the label that tells whether the one in the cluster is the same."""
    digest = hashlib.sha256(json.dumps(obj, sort_keys=True).encode()).hexdigest()[:40]
    labels = {**obj["metadata"].get("labels", {}), **MANAGED, CONTENT_LABEL: digest}
    return {**obj, "metadata": {**obj["metadata"], "labels": labels}}


def workflow_template(params: TemplateParams, name: str, entrypoint: str, **more: Any) -> WorkflowTemplate:
    """A template whose runs end and clean up after themselves."""
    return WorkflowTemplate(
        name=name,
        namespace=params.namespace,
        entrypoint=entrypoint,
        image_pull_secrets=[m.LocalObjectReference(name=params.pull_secret)] if params.pull_secret else None,
        active_deadline_seconds=_RUN_DEADLINE,
        ttl_strategy=m.TTLStrategy(seconds_after_success=_KEEP_SUCCEEDED, seconds_after_failure=_KEEP_FAILED),
        pod_gc=m.PodGC(strategy="OnPodSuccess"),
        pod_metadata=m.Metadata(labels=dict(MANAGED)),
        **more,
    )


def worker(
    params: TemplateParams, name: str, command: list[str], volumes: list[m.Volume], *, retries: bool = True
) -> Container:
    """The worker's pod for one resource on one server. Secrets reach it as files alone.

    All that confines it stands here and not in the workflow, so that workflows that refer to it get it too.
    """
    mounts = [m.VolumeMount(name="outputs", mount_path="/outputs"), m.VolumeMount(name="scratch", mount_path="/tmp")]
    return Container(
        name=name,
        image=params.image,
        image_pull_policy="IfNotPresent",
        command=["launchpad-worker"],
        args=[
            *command,
            "--request={{workflow.parameters.request}}",
            "--resource={{inputs.parameters.resource}}",
            "--server={{inputs.parameters.server}}",
            f"--outcome={OUTCOME_PATH}",
        ],
        inputs=[Parameter(name="resource"), Parameter(name="server")],
        outputs=[Parameter(name=OUTCOME, value_from=m.ValueFrom(path=OUTCOME_PATH, default=""))],
        volumes=[*volumes, _scratch("outputs"), _scratch("scratch")],
        volume_mounts=[*mounts, *(_mount(volume.name) for volume in volumes)],
        security_context=_CONTAINER,
        service_account_name=WORKER,
        automount_service_account_token=False,
        executor=m.ExecutorConfig(service_account_name=EXECUTOR),
        pod_security_context=_POD,
        pod_spec_patch=_HARDENED,
        resources=m.ResourceRequirements(
            requests=_quantities(cpu="50m", memory="96Mi"), limits=_quantities(cpu="500m", memory="384Mi")
        ),
        retry_strategy=_retries(params) if retries else None,
        active_deadline_seconds=_ATTEMPT_DEADLINE,
        synchronization=_semaphore("{{inputs.parameters.resource}}", "{{inputs.parameters.server}}"),
    )


def one_pod_each(task: str, template: Container) -> None:
    """Within a workflow template: its entry point, which runs `template` for each of the parameter `resources`."""
    with DAG(name="all", fail_fast=False):
        Task(
            name=task,
            template=template,
            with_param="{{workflow.parameters.resources}}",
            arguments=[
                Parameter(name="resource", value="{{item.resource}}"),
                Parameter(name="server", value="{{item.server}}"),
            ],
        )


def secret_volume(name: str, secret: str) -> m.Volume:
    """A Secret as files that the worker's group may read."""
    return m.Volume(name=name, secret=m.SecretVolumeSource(secret_name=secret, default_mode=0o440))


def _semaphore(resource: str, server: str) -> m.Synchronization:
    key = m.ConfigMapKeySelector(name=limit_name(resource, server), key=LIMIT_KEY)
    return m.Synchronization(semaphores=[m.SemaphoreRef(config_map_key_ref=key)])


def _retries(params: TemplateParams) -> m.RetryStrategy:
    """Only what may pass: the worker says so by its status, Argo by Error (a pod that was evicted or lost).

    A pod that the cluster does not let in is an Error too, and stays one.
    """
    return m.RetryStrategy(
        limit=m.IntOrString(root=params.attempts),
        retry_policy="Always",
        expression=f"lastRetry.exitCode == '{MAY_PASS}' || "
        "(lastRetry.status == 'Error' && not (lastRetry.message matches 'forbidden|is invalid'))",
        backoff=m.Backoff(duration="10s", factor=m.IntOrString(root=2), cap="2m"),
    )


def _mount(name: str) -> m.VolumeMount:
    place = {"admin": "/credentials/admin/{{inputs.parameters.server}}", "instance": "/credentials/instance"}
    return m.VolumeMount(name=name, mount_path=place[name], read_only=True)


def _scratch(name: str) -> m.Volume:
    return m.Volume(name=name, empty_dir=m.EmptyDirVolumeSource(size_limit=m.Quantity(root="16Mi")))


def _quantities(**values: str) -> dict[str, m.Quantity]:
    return {name: m.Quantity(root=value) for name, value in values.items()}
