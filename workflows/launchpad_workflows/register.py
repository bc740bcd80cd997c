"""Puts the templates and the accounts of their pods into a cluster; writes nothing that is there already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from launchpad_workflows.client import CONTENT_LABEL, WORKFLOWS, Client, Object
from launchpad_workflows.templates import BUILDERS
from launchpad_workflows.templates.common import TemplateParams, to_object
from launchpad_workflows.templates.limits import DEFAULT_LIMIT, build_limit
from launchpad_workflows.templates.rbac import build_namespace, build_rbac
from launchpad_workflows.watch import DONE


def plan_registration(params: TemplateParams) -> list[Object]:
    """All objects but the namespace, in the order in which they are applied; pure."""
    return [*build_rbac(params), *_plan_templates(params)]


def register(client: Client, params: TemplateParams) -> list[str]:
    """Apply what is missing or has another content; its `Kind name`s. A namespace that exists is left as it is."""
    return register_accounts(client, params) + register_templates(client, params)


def register_accounts(client: Client, params: TemplateParams) -> list[str]:
    """As `register`, of the namespace and the accounts alone, for which Argo Workflows need not be there."""
    written = []
    namespace = build_namespace(params)
    if client.find("v1", "Namespace", params.namespace) is None:
        client.apply(namespace)
        written.append(_title(namespace))
    return written + apply_missing(client, build_rbac(params))


def register_templates(client: Client, params: TemplateParams) -> list[str]:
    """As `register`, of the templates alone: for who reaches Argo's server and not Kubernetes."""
    return apply_missing(client, _plan_templates(params))


def _plan_templates(params: TemplateParams) -> list[Object]:
    return [to_object(build(params)) for build in BUILDERS.values()]


def apply_missing(client: Client, objects: Iterable[Object]) -> list[str]:
    """Apply those labelled objects that are not there or have another content; their `Kind name`s."""
    written = []
    for obj in objects:
        live = client.find(obj["apiVersion"], obj["kind"], obj["metadata"]["name"], obj["metadata"]["namespace"])
        if live is None or _content(live) != _content(obj):
            client.apply(obj)
            written.append(_title(obj))
    return written


@dataclass(frozen=True)
class Registered:
    """A template as the cluster has it: `current`, `outdated` or `missing`, and the names of its runs under way."""

    name: str
    state: str
    running: tuple[str, ...]


def survey(client: Client, params: TemplateParams) -> list[Registered]:
    """Each template, in the order of the operations."""
    runs = [run for run in client.list(WORKFLOWS, "Workflow", params.namespace) if _phase(run) not in DONE]
    found = []
    for build in BUILDERS.values():
        wanted = to_object(build(params))
        name = wanted["metadata"]["name"]
        live = client.find(WORKFLOWS, "WorkflowTemplate", name, params.namespace)
        state = "missing" if live is None else "current" if _content(live) == _content(wanted) else "outdated"
        running = tuple(run["metadata"]["name"] for run in runs if _template(run) == name)
        found.append(Registered(name, state, running))
    return found


def unregister(client: Client, params: TemplateParams) -> list[str]:
    """Remove what `register` applies, less the namespace; the `Kind name`s of what was there."""
    objects = reversed(plan_registration(params))
    return [
        _title(obj)
        for obj in objects
        if client.delete(obj["apiVersion"], obj["kind"], obj["metadata"]["name"], params.namespace)
    ]


def register_server(client: Client, namespace: str, resource: str, server: str, pods: int = DEFAULT_LIMIT) -> None:
    """Say how many pods may work on a server at a time. Its administrator's Secret is the caller's affair."""
    client.apply(build_limit(namespace, resource, server, pods))


def _phase(run: Object) -> str:
    return str((run.get("status") or {}).get("phase", ""))


def _template(run: Object) -> str:
    return str((run["spec"].get("workflowTemplateRef") or {}).get("name", ""))


def _content(obj: Object) -> str:
    return str((obj["metadata"].get("labels") or {}).get(CONTENT_LABEL, ""))


def _title(obj: Object) -> str:
    return f"{obj['kind']} {obj['metadata']['name']}"
