"""Registered servers: in the cluster, or in a file of the Tutor root where there is none.

In the cluster a server is a ConfigMap, which a deploy reads, and a Secret with its administrator's credentials, which
only provisioning pods mount; a deploy needs no right to read it.
"""

from __future__ import annotations

import base64
import fcntl
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from launchpad_workflows.client import KIND_LABEL, MANAGED, RESOURCE_LABEL, SERVER_LABEL
from launchpad_workflows.credentials import admin_secret

from tutor_launchpad.adapters.files import OWN, replace_file
from tutor_launchpad.core.errors import LaunchpadError, NotFound
from tutor_launchpad.core.resources import Server
from tutor_launchpad.core.types import Object

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster

KIND = "server"
DESCRIPTION = "server.json"
FILE = OWN / "servers.json"


class Servers(Protocol):
    """Keeps servers and their administrators' credentials (`username`, `password`, `address`, perhaps `ca.crt`, `token`)."""

    def add(self, server: Server, credentials: Mapping[str, str]) -> None:
        """Register, or replace what was registered under this name."""

    def all(self) -> list[Server]:
        """Every registered server, by resource and name."""

    def remove(self, server: Server) -> None:
        """Forget the server and its credentials."""


def find_server(servers: Servers, resource: str, name: str) -> Server:
    """The registered server; raises `NotFound` with the command that registers it."""
    known = servers.all()
    for server in known:
        if (server.resource, server.name) == (resource, name):
            return server
    names = ", ".join(server.name for server in known if server.resource == resource) or "none"
    raise NotFound(
        f"No server {resource}/{name} is registered (known: {names}): "
        f"register it with `tutor launchpad server add {resource} {name} …`."
    )


@dataclass(frozen=True)
class ClusterServers:
    """Servers in Launchpad's own namespace of the cluster."""

    cluster: Cluster
    namespace: str

    def add(self, server: Server, credentials: Mapping[str, str]) -> None:
        """The Secret comes first, so that a described server always has its credentials.

        Stopped between the two, a server that moves has its new password and its old address. The worker refuses that:
        the Secret names the address that its password is for (see `launchpad_workflows.running`).
        """
        from launchpad_workflows.register import register_server

        name = admin_secret(server.resource, server.name)
        data = {key: base64.b64encode(value.encode()).decode() for key, value in credentials.items()}
        self.cluster.ensure(self._object("Secret", name, server, type="Opaque", data=data))
        register_server(self.cluster, self.namespace, server.resource, server.name)
        described = {DESCRIPTION: json.dumps(asdict(server), sort_keys=True)}
        self.cluster.ensure(self._object("ConfigMap", name, server, described=True, data=described))

    def all(self) -> list[Server]:
        """Read from the ConfigMaps alone."""
        found = self.cluster.list("v1", "ConfigMap", self.namespace, labels=f"{KIND_LABEL}={KIND}")
        return _sorted(_server(json.loads(item["data"][DESCRIPTION])) for item in found)

    def remove(self, server: Server) -> None:
        """The description goes first: nobody starts to use a server that loses its credentials."""
        from launchpad_workflows.templates.common import limit_name

        name = admin_secret(server.resource, server.name)
        self.cluster.delete("v1", "ConfigMap", name, self.namespace)
        self.cluster.delete("v1", "ConfigMap", limit_name(server.resource, server.name), self.namespace)
        self.cluster.delete("v1", "Secret", name, self.namespace)

    def _object(self, kind: str, name: str, server: Server, described: bool = False, **content: Any) -> Object:
        labels = {**MANAGED, RESOURCE_LABEL: server.resource, SERVER_LABEL: server.name}
        if described:
            labels[KIND_LABEL] = KIND
        metadata = {"name": name, "namespace": self.namespace, "labels": labels}
        return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **content}


@dataclass(frozen=True)
class FileServers:
    """Servers in a file below the Tutor root that only its owner can read."""

    root: Path

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self.root / FILE

    def add(self, server: Server, credentials: Mapping[str, str]) -> None:
        """Replace the file as a whole, with the owner's rights from its first byte on."""
        with self._locked():
            self._write({**self._read(), str(server): {"server": asdict(server), "credentials": dict(credentials)}})

    def all(self) -> list[Server]:
        """All in the file."""
        return _sorted(_server(entry["server"]) for entry in self._read().values())

    def remove(self, server: Server) -> None:
        """Write the file without it."""
        with self._locked():
            self._write({name: entry for name, entry in self._read().items() if name != str(server)})

    def credentials(self, server: Server) -> Mapping[str, str]:
        """The administrator's credentials."""
        found: Mapping[str, str] = self._read()[str(server)]["credentials"]
        return found

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Nobody else changes the file meanwhile. The lock is a file of its own, as the other one is replaced."""
        try:
            with open(f"{self.path}.lock", "a", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise LaunchpadError(f"Cannot write {self.path}: {error.strerror}.") from error

    def _read(self) -> dict[str, Any]:
        if not self.path.exists():
            return {}
        try:
            content: dict[str, Any] = json.loads(self.path.read_text())
            for entry in content.values():
                _server(entry["server"])
                dict(entry["credentials"])
        except (ValueError, OSError, AttributeError, TypeError, KeyError):
            # The cause may quote the content, which holds passwords.
            raise LaunchpadError(f"{self.path} cannot be read: move it away and register the servers again.") from None
        return content

    def _write(self, content: Mapping[str, Any]) -> None:
        try:
            replace_file(self.path, json.dumps(content, indent=2, sort_keys=True))
        except OSError as error:
            raise LaunchpadError(f"Cannot write {self.path}: {error.strerror}.") from error


def _server(content: Mapping[str, Any]) -> Server:
    return Server(**{**content, "cidrs": tuple(content["cidrs"])})


def _sorted(servers: Iterable[Server]) -> list[Server]:
    return sorted(servers, key=lambda server: (server.resource, server.name))
