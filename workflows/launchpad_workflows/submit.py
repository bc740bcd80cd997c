"""Starts a run: through the Kubernetes API alone, or with `argo_server` as client through Argo's own server."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from launchpad_workflows.chosen import prepare
from launchpad_workflows.client import INSTANCE_LABEL, MANAGED, OPERATION_LABEL, WORKFLOWS, Client, Object
from launchpad_workflows.credentials import NEXT, instance_secret
from launchpad_workflows.errors import Absent, NotServed
from launchpad_workflows.names import cut
from launchpad_workflows.requests import Request, Resource
from launchpad_workflows.templates.common import CHOOSING, limit_name, template_name
from launchpad_workflows.templates.deprovision import NO_SERVER
from launchpad_workflows.templates.limits import build_limit

NAME_LIMIT = 63
"""A workflow's name is the value of a label of its pods."""
_CHOOSES = {"provision", "rotate"}
_WITHOUT_PASSWORDS = {"check", "inspect", "deprovision"}


@dataclass(frozen=True)
class Run:
    """A workflow that was started."""

    name: str
    namespace: str
    operation: str
    places: tuple[tuple[str, str], ...]
    """Resource and server of each pod that must tell its outcome."""
    instance: str = ""


def build_run(
    request: Request, namespace: str, token: str, annotations: Mapping[str, str] = MappingProxyType({})
) -> Object:
    """The Workflow; pure. `token` makes its name unique."""
    operation = request.operation
    stem = f"{operation}-{request.instance}" if request.instance else operation
    labels = {**MANAGED, OPERATION_LABEL: operation}
    if operation != "check":
        labels[INSTANCE_LABEL] = request.instance
    return {
        "apiVersion": WORKFLOWS,
        "kind": "Workflow",
        "metadata": {
            "name": f"{cut(stem, NAME_LIMIT - len(token) - 1)}-{token}",
            "namespace": namespace,
            "labels": labels,
            **({"annotations": dict(annotations)} if annotations else {}),
        },
        "spec": {
            "workflowTemplateRef": {"name": template_name(operation)},
            "arguments": {
                "parameters": [{"name": name, "value": value} for name, value in parameters(request).items()]
            },
        },
    }


def parameters(request: Request) -> dict[str, str]:
    """What a template for the request's operation is given, also what has a default: a workflow of one's own that refers to
    the template has to give that too. None of it is secret.
    """
    choosing = [one for one in request.resources if keeps_choices(request.operation, one)]
    found = {
        "request": request.to_json(),
        "resources": _list(one for one in request.resources if one not in choosing),
    }
    if request.operation in _CHOOSES:
        found[CHOOSING] = _list(choosing)
    if request.operation != "check":
        found["instance"] = request.instance
    if request.operation == "deprovision":
        found["dump-server"] = request.dump.server if request.dump else NO_SERVER
    return found


def submit(
    client: Client,
    request: Request,
    namespace: str = "launchpad",
    annotations: Mapping[str, str] = MappingProxyType({}),
) -> Run:
    """Look whether what the pods need is there, then start the run. Raises `Absent` with all that is missing.

    Of Secrets only the instance's own is read. Whoever deploys needs no right to read an administrator's: a pod without
    one waits until its deadline, and Kubernetes says in its message which Secret it waits for. A client of Argo's own
    server sees neither Secrets nor limits: there a pod tells it that lacks one.
    """
    missing = [*_missing_keys(client, request, namespace), *_missing_template(client, request, namespace)]
    if missing:
        raise Absent(f"Nothing was started in namespace {namespace}: {'; '.join(missing)}.")
    with contextlib.suppress(NotServed):
        _limit_servers(client, request, namespace)
        if any(keeps_choices(request.operation, one) for one in request.resources):
            prepare(client, request.instance, namespace, request.root)
    run = build_run(request, namespace, secrets.token_hex(4), annotations)
    client.create(run)
    return Run(run["metadata"]["name"], namespace, request.operation, places(request), request.instance)


def keeps_choices(operation: str, resource: Resource) -> bool:
    """Whether its pod may have to keep what a provider chooses."""
    return operation in _CHOOSES and bool(resource.chosen_keys())


def places(request: Request) -> tuple[tuple[str, str], ...]:
    """Resource and server of each pod of the request's run."""
    return tuple((one.resource, one.server) for one in request.resources)


def _list(resources: Iterable[Resource]) -> str:
    return json.dumps([{"resource": one.resource, "server": one.server} for one in resources])


def _limit_servers(client: Client, request: Request, namespace: str) -> None:
    for one in request.resources:
        if client.find("v1", "ConfigMap", limit_name(one.resource, one.server), namespace) is None:
            client.apply(build_limit(namespace, one.resource, one.server))


def _keys(request: Request, resource: Resource) -> list[str]:
    """The passwords in use, and those that a rotation prepares."""
    present = resource.password_keys()
    return [*present, *(key + NEXT for key in present if request.step == "prepare")]


def _missing_template(client: Client, request: Request, namespace: str) -> list[str]:
    name = template_name(request.operation)
    if client.find(WORKFLOWS, "WorkflowTemplate", name, namespace) is None:
        return [f"there is no WorkflowTemplate {name}: register the templates first"]
    return []


def _missing_keys(client: Client, request: Request, namespace: str) -> list[str]:
    if request.operation in _WITHOUT_PASSWORDS:
        return []
    name = instance_secret(request.instance)
    try:
        secret = client.find("v1", "Secret", name, namespace)
    except NotServed:
        return []
    if secret is None:
        return [f"there is no Secret {name}: write it first"]
    held = secret.get("data") or {}
    keys = dict.fromkeys(key for one in request.resources for key in _keys(request, one))
    return [f"Secret {name} has no key {key}: write it first" for key in keys if key not in held]
