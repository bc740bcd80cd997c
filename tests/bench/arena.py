"""A namespace of a real cluster in which the benchmarks run workflows, and what is read of the cluster meanwhile."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from launchpad_workflows import remote
from launchpad_workflows.client import WORKFLOWS
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.credentials import admin_secret, instance_secret
from launchpad_workflows.errors import ProvisioningError
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.register import register
from launchpad_workflows.requests import Request
from launchpad_workflows.running import run_resource
from launchpad_workflows.standing import PROGRAM
from launchpad_workflows.templates.common import TemplateParams
from launchpad_workflows.watch import Finished

from tests.bench import servers
from tests.integration.conftest import Server

HOST = "LAUNCHPAD_TEST_PODS_HOST"
IMAGE = "LAUNCHPAD_TEST_WORKER_IMAGE"
DEADLINE = 1800
LOOK = 2.0


def missing() -> str:
    """What keeps the benchmarks from running; empty where nothing does."""
    setting = servers.missing() or next((one for one in ("KUBECONFIG", IMAGE) if not os.environ.get(one)), "")
    if setting:
        return f"{setting} is not set"
    try:
        KubernetesClient.connect().list(WORKFLOWS, "Workflow", "default")
    except ProvisioningError as error:
        return f"Argo Workflows is not in the cluster: {error}"
    return ""


@dataclass(frozen=True)
class Arena:
    """`params`: what the templates were made with."""

    client: KubernetesClient
    params: TemplateParams
    servers: dict[str, Server]

    @property
    def ownership(self) -> ClusterOwnership:
        """Kept in the namespace, which goes with it."""
        return ClusterOwnership(self.client, self.params.namespace)

    def request(self, instance: str, **more: object) -> Request:
        """With the servers as pods reach them."""
        return servers.request(instance, self.servers, os.environ.get(HOST, ""), **more)

    def write_secret(self, name: str, values: dict[str, str]) -> None:
        """A Secret of the namespace."""
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        metadata = {"name": name, "namespace": self.params.namespace}
        self.client.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})

    def admit(self, instance: str) -> None:
        """Its passwords, as a deploy writes them."""
        self.write_secret(instance_secret(instance), servers.OWN)

    def run(self, request: Request) -> Finished:
        """As `tutor launchpad` does it, with a connection of its own."""
        client = KubernetesClient.connect()
        ownership = ClusterOwnership(client, self.params.namespace)
        namespace = self.params.namespace
        return remote.run(client, request, ownership, lambda _seen: None, namespace=namespace, deadline=DEADLINE)


@contextmanager
def opened() -> Iterator[Arena]:
    """A namespace with the templates and the servers' Secrets, removed at the end."""
    client, known = KubernetesClient.connect(), servers.servers()
    namespace = f"launchpad-bench-{secrets.token_hex(3)}"
    arena = Arena(client, TemplateParams(os.environ[IMAGE], namespace), known)
    try:
        register(client, arena.params)
        for resource, values in servers.administrators(known, os.environ.get(HOST, "")).items():
            arena.write_secret(admin_secret(resource, "main"), values)
        yield arena
    finally:
        _clear(arena)
        client.delete("v1", "Namespace", namespace)


def _clear(arena: Arena) -> None:
    """What a benchmark that was stopped left on the servers."""
    keys = servers.credentials(arena.servers)
    for instance in set(arena.ownership.owned().values()):
        request = servers.request(instance, arena.servers, operation="deprovision", delete_data=True)
        for one in request.resources:
            run_resource(request, servers.as_ours(one), keys, lambda _line: None)


@dataclass
class Memory:
    """The most that Argo's controller was seen to use, in MiB; 0 where the nodes do not tell."""

    peak: float = 0.0
    _ended: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def watched(self) -> Iterator[Memory]:
        """Looked at every two seconds."""
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            thread.join()

    def _watch(self) -> None:
        nodes = _kubectl("get", "nodes", "--output=name").split()
        while not self._ended.wait(LOOK):
            self.peak = max([self.peak, *(_controllers(node.removeprefix("node/")) for node in nodes)])


def _controllers(node: str) -> float:
    """The largest that runs on a node."""
    text = _kubectl("get", "--raw", f"/api/v1/nodes/{node}/proxy/stats/summary")
    containers = [one for pod in json.loads(text or "{}").get("pods", []) for one in pod.get("containers", [])]
    used = [one.get("memory", {}).get("workingSetBytes", 0) for one in containers if one["name"] == PROGRAM]
    return float(max(used, default=0)) / 2**20


def _kubectl(*arguments: str) -> str:
    """Its output; empty where it is refused."""
    done = subprocess.run(["kubectl", *arguments], capture_output=True, text=True, check=False, timeout=60)
    return done.stdout if done.returncode == 0 else ""
