"""What this library needs of Kubernetes: a client with these methods, whoever wrote it.

Objects are plain dictionaries. `get` raises where there is nothing, `create` where there is something already; which
errors these are is the client's own affair: code of this library asks again instead of telling them apart.
A server that is away for a while is the client's to wait for: what it raises then ends the call, and a repeat goes on.
"""

from __future__ import annotations

from typing import Any, Protocol

Object = dict[str, Any]
Objects = list[Object]
WORKFLOWS = "argoproj.io/v1alpha1"
LABELS = "launchpad.openedx.org"
"""Prefix of the labels that this library sets."""
CONTENT_LABEL = f"{LABELS}/content"
INSTANCE_LABEL = f"{LABELS}/instance"
OPERATION_LABEL = f"{LABELS}/operation"
RESOURCE_LABEL = f"{LABELS}/resource"
SERVER_LABEL = f"{LABELS}/server"
KIND_LABEL = f"{LABELS}/kind"
MANAGED = {"app.kubernetes.io/managed-by": "launchpad"}


class Client(Protocol):
    """A cluster as one user sees it."""

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object:
        """The object; raises where there is none."""
        ...

    def find(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object | None:
        """The object or None."""
        ...

    def list(self, api_version: str, kind: str, namespace: str | None = None, labels: str = "") -> Objects:
        """All that match a label selector."""
        ...

    def create(self, obj: Object) -> Object:
        """A new object; raises where it exists."""
        ...

    def apply(self, obj: Object) -> Object:
        """Server-side apply with the client's own field manager, not forced."""
        ...

    def delete(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> bool:
        """Remove; False where it was not there."""
        ...

    def logs(self, namespace: str, pod: str, container: str | None = None, tail: int = 20) -> str:
        """A container's last lines."""
        ...
