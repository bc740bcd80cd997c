"""How many pods may work on one server at a time: the semaphore's ConfigMap. Pure."""

from __future__ import annotations

from launchpad_workflows.client import MANAGED, RESOURCE_LABEL, SERVER_LABEL, Object
from launchpad_workflows.templates.common import LIMIT_KEY, limit_name

DEFAULT_LIMIT = 4


def build_limit(namespace: str, resource: str, server: str, pods: int = DEFAULT_LIMIT) -> Object:
    """A pod whose semaphore has no ConfigMap fails, so that each server needs one."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": limit_name(resource, server),
            "namespace": namespace,
            "labels": {**MANAGED, RESOURCE_LABEL: resource, SERVER_LABEL: server},
        },
        "data": {LIMIT_KEY: str(pods)},
    }
