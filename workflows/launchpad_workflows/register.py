"""Puts the templates and the accounts of their pods into a cluster; writes nothing that is there already."""

from __future__ import annotations

from launchpad_workflows.client import CONTENT_LABEL, Client, Object
from launchpad_workflows.templates import BUILDERS
from launchpad_workflows.templates.common import TemplateParams, to_object
from launchpad_workflows.templates.limits import DEFAULT_LIMIT, build_limit
from launchpad_workflows.templates.rbac import build_namespace, build_rbac


def plan_registration(params: TemplateParams) -> list[Object]:
    """All objects but the namespace, in the order in which they are applied; pure."""
    return [*build_rbac(params), *(to_object(build(params)) for build in BUILDERS.values())]


def register(client: Client, params: TemplateParams) -> list[str]:
    """Apply what is missing or has another content; its `Kind name`s. A namespace that exists is left as it is."""
    written = []
    namespace = build_namespace(params)
    if client.find("v1", "Namespace", params.namespace) is None:
        client.apply(namespace)
        written.append(_title(namespace))
    for obj in plan_registration(params):
        live = client.find(obj["apiVersion"], obj["kind"], obj["metadata"]["name"], params.namespace)
        if live is None or _content(live) != _content(obj):
            client.apply(obj)
            written.append(_title(obj))
    return written


def register_server(client: Client, namespace: str, resource: str, server: str, pods: int = DEFAULT_LIMIT) -> None:
    """Say how many pods may work on a server at a time. Its administrator's Secret is the caller's affair."""
    client.apply(build_limit(namespace, resource, server, pods))


def _content(obj: Object) -> str:
    return str((obj["metadata"].get("labels") or {}).get(CONTENT_LABEL, ""))


def _title(obj: Object) -> str:
    return f"{obj['kind']} {obj['metadata']['name']}"
