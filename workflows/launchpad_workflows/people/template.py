"""`launchpad-people-create`, `-remove` and `-list`: one pod like the instance's own LMS, which works on its users. Pure.

Parameters, none of them secret: `request` (JSON), and for `create` `secret`, the name of a Secret whose key `password` is
mounted as a file. A mutex lets one run at a time work on the people of a namespace.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from hera.workflows import Container, Parameter, WorkflowTemplate
from hera.workflows import models as m

from launchpad_workflows.client import MANAGED, OPERATION_LABEL
from launchpad_workflows.people import in_lms
from launchpad_workflows.people.lms import LmsPod
from launchpad_workflows.people.model import Action
from launchpad_workflows.templates.common import CONFINED, EXECUTOR, KEPT, OUTCOME, confine_argo, scratch, template_name

OPERATION = "people"
"""Value of the operation's label on runs and pods, by which the network policy finds them."""
OUTPUTS = "/launchpad/outputs"
_DEADLINE = 600
_ARGO = {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}}
"""For Argo's containers. The script's own get none, as init jobs: the defaults of the namespace hold for them."""


def script() -> str:
    """The text for `./manage.py lms shell -c`."""
    return Path(in_lms.__file__).read_text(encoding="utf-8") + "\nmain()\n"


def command() -> list[str]:
    """What runs the script in an LMS's container. By a shell, as all one-off commands of Tutor are."""
    return ["sh", "-e", "-c", 'exec ./manage.py lms shell -c "$1"', "launchpad", script()]


def build_people(lms: LmsPod, namespace: str, action: Action) -> WorkflowTemplate:
    """The template of one action, with the parts of the LMS's pod; pure."""
    needs_secret = action == "create"
    spec = lms.spec
    template = WorkflowTemplate(
        name=template_name(f"{OPERATION}-{action}"),
        namespace=namespace,
        entrypoint="lms",
        arguments=[Parameter(name="request"), *([Parameter(name="secret")] if needs_secret else [])],
        synchronization=m.Synchronization(mutexes=[m.Mutex(name="launchpad-people")]),
        image_pull_secrets=_models(m.LocalObjectReference, spec.get("imagePullSecrets")),
        active_deadline_seconds=3 * _DEADLINE,
        ttl_strategy=KEPT,
        pod_gc=m.PodGC(strategy="OnPodSuccess"),
        pod_metadata=m.Metadata(labels={**MANAGED, OPERATION_LABEL: OPERATION}),
        dns_policy=spec.get("dnsPolicy"),
        dns_config=_model(m.PodDNSConfig, spec.get("dnsConfig")),
    )
    with template:
        _container(lms, needs_secret=needs_secret)
    return template


def _container(lms: LmsPod, *, needs_secret: bool) -> Container:
    spec, own = lms.spec, lms.container
    secret = m.SecretVolumeSource(secret_name="{{workflow.parameters.secret}}", default_mode=0o444)
    volumes = [scratch("launchpad-outputs")]
    mounts = [m.VolumeMount(name="launchpad-outputs", mount_path=OUTPUTS)]
    if needs_secret:
        volumes.append(m.Volume(name="launchpad-person", secret=secret))
        place = str(Path(in_lms.PASSWORD).parent)
        mounts.append(m.VolumeMount(name="launchpad-person", mount_path=place, read_only=True))
    words = command()
    return Container(
        name="lms",
        image=lms.image,
        image_pull_policy=own.get("imagePullPolicy"),
        command=words[:3],
        args=words[3:],
        env=[
            *(_models(m.EnvVar, own.get("env")) or []),
            m.EnvVar(name=in_lms.REQUEST, value="{{workflow.parameters.request}}"),
            m.EnvVar(name=in_lms.OUTCOME, value=f"{OUTPUTS}/outcome.json"),
        ],
        env_from=_models(m.EnvFromSource, own.get("envFrom")),
        outputs=[Parameter(name=OUTCOME, value_from=m.ValueFrom(path=f"{OUTPUTS}/outcome.json", default=""))],
        volumes=[*(_models(m.Volume, lms.volumes) or []), *volumes],
        volume_mounts=[*(_models(m.VolumeMount, lms.mounts) or []), *mounts],
        working_dir=own.get("workingDir"),
        security_context=m.SecurityContext.model_validate({**(own.get("securityContext") or {}), **CONFINED}),
        pod_security_context=m.PodSecurityContext.model_validate(
            {"seccompProfile": {"type": "RuntimeDefault"}, **(spec.get("securityContext") or {})}
        ),
        service_account_name=spec.get("serviceAccountName") or "default",
        automount_service_account_token=False,
        executor=m.ExecutorConfig(service_account_name=EXECUTOR),
        pod_spec_patch=confine_argo(resources=_ARGO),
        active_deadline_seconds=_DEADLINE,
        node_selector=spec.get("nodeSelector"),
        tolerations=_models(m.Toleration, spec.get("tolerations")),
        affinity=_model(m.Affinity, lms.affinity),
        host_aliases=_models(m.HostAlias, spec.get("hostAliases")),
    )


def _model(kind: Any, value: dict[str, Any] | None) -> Any:
    return kind.model_validate(value) if value else None


def _models(kind: Any, values: list[dict[str, Any]] | None) -> Any:
    return list(map(partial(_model, kind), values)) if values else None
