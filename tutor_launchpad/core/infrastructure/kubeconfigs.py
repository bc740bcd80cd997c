"""A kubeconfig of one context, whose credentials expire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutor_launchpad.core.types import Object

EXEC = "client.authentication.k8s.io/v1beta1"


@dataclass(frozen=True)
class Endpoint:
    """An API of Kubernetes. `authority`: its certificate, in base64."""

    name: str
    server: str
    authority: str


def executed(endpoint: Endpoint, command: Sequence[str], environment: Mapping[str, str]) -> Object:
    """One whose tokens a program gives, each time anew."""
    return _kubeconfig(endpoint, {
        "exec": {
            "apiVersion": EXEC,
            "command": command[0],
            "args": list(command[1:]),
            "env": [{"name": name, "value": value} for name, value in environment.items()],
            "interactiveMode": "IfAvailable",
            "provideClusterInfo": False,
        }
    })  # fmt: skip


def with_token(endpoint: Endpoint, token: str) -> Object:
    """One with a token that the cloud has given an end."""
    return _kubeconfig(endpoint, {"token": token})


def _kubeconfig(endpoint: Endpoint, user: Object) -> Object:
    name = endpoint.name
    cluster = {"server": endpoint.server, "certificate-authority-data": endpoint.authority}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
