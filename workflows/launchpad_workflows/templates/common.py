"""What the templates share: names, and the security of a worker's pod. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from hera.workflows import DAG, Container, Parameter, Task, WorkflowTemplate
from hera.workflows import models as m

from launchpad_workflows.client import CONTENT_LABEL, MANAGED, Object
from launchpad_workflows.credentials import ACCOUNT, admin_secret, chosen_secret, instance_secret
from launchpad_workflows.requests import Operation

WORKER = "launchpad-worker"
"""ServiceAccount of the pods: it may do nothing, and its token is not mounted."""
EXECUTOR = "launchpad-executor"
"""ServiceAccount of Argo's own containers beside the worker."""
LIMIT_KEY = "pods"
"""Key of a server's limit ConfigMap: how many pods may work on the server at a time."""
OUTCOME = "outcome"
"""Name of the output parameter."""
MUTEX = "launchpad-instance-{{workflow.parameters.instance}}"
"""What keeps runs of one instance apart. It belongs to a workflow; one that refers to our templates repeats it."""
CHOOSING = "choosing"
"""Parameter with the resources whose provider chooses credentials, and name of their task."""
_OURS = {*MANAGED, CONTENT_LABEL}
OUTCOME_PATH = "/outputs/outcome.json"
MAY_PASS = 75
# Seconds.
_MINUTES, _HOURS = 600, 8 * 3600
KEPT = m.TTLStrategy(seconds_after_success=3600, seconds_after_failure=7 * 24 * 3600)
"""How long a workflow stays after its end, in seconds."""
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
CONFINED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


@dataclass(frozen=True)
class TemplateParams:
    """What differs between clusters."""

    image: str
    namespace: str = "launchpad"
    pull_secret: str = ""
    attempts: int = 5


def template_name(operation: str) -> str:
    """Name of the WorkflowTemplate of an operation."""
    return f"launchpad-{operation}"


def limit_name(resource: str, server: str) -> str:
    """Name of the ConfigMap with a server's limit. One for each server, so that two can be registered at a time."""
    return f"launchpad-limit-{resource}-{server}"


def to_object(template: WorkflowTemplate) -> Object:
    """The plain object, labelled with a digest of itself, also where its builder's template has been changed."""
    return labelled(template.to_dict())


def labelled(obj: dict[str, Any], labels: Mapping[str, str] = MappingProxyType(MANAGED)) -> Object:
    """The object with the label that tells whether the one in the cluster is the same."""
    bare = {key: value for key, value in obj["metadata"].items() if key != "labels"}
    own = {key: value for key, value in obj["metadata"].get("labels", {}).items() if key not in _OURS}
    whole = {**obj, "metadata": {**bare, "labels": own} if own else bare}
    digest = hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:40]
    return {**obj, "metadata": {**bare, "labels": {**own, **labels, CONTENT_LABEL: digest}}}


def confine_argo(**more: Any) -> str:
    """A patch of the pod's spec: Argo's own containers get what Pod Security `restricted` asks for, which otherwise they
    have only where the controller is configured so; and `more`."""
    given = {"securityContext": CONFINED, **more}
    return json.dumps({"initContainers": [{"name": "init", **given}], "containers": [{"name": "wait", **given}]})


def build_operation(
    params: TemplateParams,
    operation: Operation,
    volumes: list[m.Volume],
    *,
    parameters: Mapping[str, str] | None = None,
    locks: bool = True,
    retries: bool = True,
    long: bool = False,
    chooses: bool = False,
) -> WorkflowTemplate:
    """A template that does one operation on each of the parameter `resources`, side by side, one pod each.

    `parameters`: further ones with their defaults. `locks`: a second run of the instance waits for the first. `long`:
    an attempt may take hours. Its runs end and clean up after themselves. `chooses`: pods for the parameter `choosing`,
    resources whose provider chooses credentials, have an account that may keep them.
    """
    attempt = _HOURS if long else _MINUTES
    names = ["request", "resources"] if operation == "check" else ["instance", "request", "resources"]
    more = [Parameter(name=name, value=value) for name, value in (parameters or {}).items()]
    more += [Parameter(name=CHOOSING, value="[]")] if chooses else []
    template = WorkflowTemplate(
        name=template_name(operation),
        namespace=params.namespace,
        entrypoint="all",
        arguments=[*(Parameter(name=name) for name in names), *more],
        synchronization=m.Synchronization(mutexes=[m.Mutex(name=MUTEX)]) if locks else None,
        image_pull_secrets=[m.LocalObjectReference(name=params.pull_secret)] if params.pull_secret else None,
        active_deadline_seconds=attempt + 3000,
        ttl_strategy=KEPT,
        pod_gc=m.PodGC(strategy="OnPodSuccess"),
        pod_metadata=m.Metadata(labels=dict(MANAGED)),
    )
    with template:
        tasks = {
            "server" if operation == "check" else "resource": (
                _worker(params, operation, volumes, retries=retries, deadline=attempt),
                "resources",
            )
        }
        if chooses:
            keeping = _worker(params, operation, volumes, retries=retries, deadline=attempt, keeps=True)
            tasks[CHOOSING] = keeping, CHOOSING
        with DAG(name="all", fail_fast=False):
            for name, (pod, parameter) in tasks.items():
                Task(
                    name=name,
                    template=pod,
                    with_param=f"{{{{workflow.parameters.{parameter}}}}}",
                    arguments=[
                        Parameter(name="resource", value="{{item.resource}}"),
                        Parameter(name="server", value="{{item.server}}"),
                    ],
                )
    template.labels = to_object(template)["metadata"]["labels"]
    return template


def confined(account: str = WORKER) -> dict[str, Any]:
    """What confines a pod, as arguments of Hera's `Container`: the namespace lets in no other, of whoever's workflow."""
    return {
        "security_context": _CONTAINER,
        "service_account_name": account,
        "automount_service_account_token": False,
        "executor": m.ExecutorConfig(service_account_name=EXECUTOR),
        "pod_security_context": _POD,
        "pod_spec_patch": confine_argo(),
    }


def admin_volume() -> m.Volume:
    """The Secret of the server's administrator."""
    return secret_volume("admin", admin_secret("{{inputs.parameters.resource}}", "{{inputs.parameters.server}}"))


def instance_volume(*, optional: bool = False) -> m.Volume:
    """The Secret with the instance's passwords. `optional`: it may be gone already."""
    return secret_volume("instance", instance_secret("{{workflow.parameters.instance}}"), optional=optional)


def chosen_volume() -> m.Volume:
    """The Secret with what providers chose for the instance; most instances have none."""
    return secret_volume("chosen", chosen_secret("{{workflow.parameters.instance}}"), optional=True)


def secret_volume(name: str, secret: str, *, optional: bool = False) -> m.Volume:
    """A Secret as files that the worker's group may read."""
    source = m.SecretVolumeSource(secret_name=secret, default_mode=0o440, optional=optional or None)
    return m.Volume(name=name, secret=source)


def _worker(
    params: TemplateParams,
    operation: Operation,
    volumes: list[m.Volume],
    *,
    retries: bool,
    deadline: int,
    keeps: bool = False,
) -> Container:
    """The worker's pod for one resource on one server. Secrets reach it as files alone.

    All that confines it stands here and not in the workflow, so that workflows that refer to it get it too. `keeps`: it
    runs as the instance's own account, with its token, and may write what a provider chooses into one Secret.
    """
    volumes = [*volumes, _account_volume()] if keeps else volumes
    mounts = [m.VolumeMount(name="outputs", mount_path="/outputs"), m.VolumeMount(name="scratch", mount_path="/tmp")]
    return Container(
        name=CHOOSING if keeps else "one",
        image=params.image,
        image_pull_policy="IfNotPresent",
        command=["launchpad-worker"],
        args=[
            operation,
            "--request={{workflow.parameters.request}}",
            "--resource={{inputs.parameters.resource}}",
            "--server={{inputs.parameters.server}}",
            f"--outcome={OUTCOME_PATH}",
        ],
        inputs=[Parameter(name="resource"), Parameter(name="server")],
        outputs=[Parameter(name=OUTCOME, value_from=m.ValueFrom(path=OUTCOME_PATH, default=""))],
        volumes=[*volumes, scratch("outputs"), scratch("scratch")],
        volume_mounts=[*mounts, *(_mount(volume.name) for volume in volumes)],
        **confined(chosen_secret("{{workflow.parameters.instance}}") if keeps else WORKER),
        resources=m.ResourceRequirements(
            requests=_quantities(cpu="50m", memory="96Mi"), limits=_quantities(cpu="1", memory="384Mi")
        ),
        retry_strategy=_retries(params) if retries else None,
        active_deadline_seconds=deadline,
        synchronization=_semaphore("{{inputs.parameters.resource}}", "{{inputs.parameters.server}}"),
    )


def _semaphore(resource: str, server: str) -> m.Synchronization:
    key = m.ConfigMapKeySelector(name=limit_name(resource, server), key=LIMIT_KEY)
    return m.Synchronization(semaphores=[m.SemaphoreRef(config_map_key_ref=key)])


def _retries(params: TemplateParams) -> m.RetryStrategy:
    """Only what may pass: the worker says so by its status, Argo by Error or by a failed pod whose worker told none.

    A pod that was killed, evicted, or lost with its node is Failed with no status or that of SIGKILL, unless its deadline
    is over. A pod that the cluster does not let in is an Error, and stays one.
    """
    killed = "lastRetry.exitCode in ['-1', '137'] && not (lastRetry.message matches 'deadline')"
    return m.RetryStrategy(
        limit=m.IntOrString(root=params.attempts),
        retry_policy="Always",
        expression=f"lastRetry.exitCode == '{MAY_PASS}' || "
        f"(lastRetry.status == 'Failed' && {killed}) || "
        "(lastRetry.status == 'Error' && not (lastRetry.message matches 'forbidden|is invalid'))",
        backoff=m.Backoff(duration="10s", factor=m.IntOrString(root=2), cap="2m"),
    )


def _mount(name: str) -> m.VolumeMount:
    place = {
        "admin": "/credentials/admin/{{inputs.parameters.resource}}/{{inputs.parameters.server}}",
        "instance": "/credentials/instance",
        "chosen": "/credentials/chosen",
        ACCOUNT: f"/credentials/{ACCOUNT}",
        "dump": "/credentials/dump/storage/{{workflow.parameters.dump-server}}",
    }
    return m.VolumeMount(name=name, mount_path=place[name], read_only=True)


def _account_volume() -> m.Volume:
    """The pod's own token and what is needed to use it, as Kubernetes would mount it where it does so by itself."""
    field = m.ObjectFieldSelector(field_path="metadata.namespace")
    sources = [
        m.VolumeProjection(
            service_account_token=m.ServiceAccountTokenProjection(path="token", expiration_seconds=3600)
        ),
        m.VolumeProjection(config_map=m.ConfigMapProjection(name="kube-root-ca.crt", items=[_item("ca.crt")])),
        m.VolumeProjection(downward_api=m.DownwardAPIProjection(items=[_own("namespace", field)])),
    ]
    return m.Volume(name=ACCOUNT, projected=m.ProjectedVolumeSource(default_mode=0o440, sources=sources))


def _item(key: str) -> m.KeyToPath:
    return m.KeyToPath(key=key, path=key)


def _own(path: str, field: m.ObjectFieldSelector) -> m.DownwardAPIVolumeFile:
    return m.DownwardAPIVolumeFile(path=path, field_ref=field)


def scratch(name: str) -> m.Volume:
    return m.Volume(name=name, empty_dir=m.EmptyDirVolumeSource(size_limit=m.Quantity(root="16Mi")))


def _quantities(**values: str) -> dict[str, m.Quantity]:
    return {name: m.Quantity(root=value) for name, value in values.items()}
