"""The resource that docs/howto/own-resource.md shows, in pods whose image has it.

Settings: KUBECONFIG; LAUNCHPAD_TEST_EXTENDED_IMAGE, a worker's image with the page's package; LAUNCHPAD_TEST_HOST, an address of
this machine that pods reach.
"""

from __future__ import annotations

import base64
import importlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from launchpad_workflows import registry, remote
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.credentials import admin_secret, instance_secret
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.register import register
from launchpad_workflows.registry import Provider
from launchpad_workflows.requests import Request
from launchpad_workflows.templates.common import TemplateParams
from launchpad_workflows.watch import Finished

from tests import own_resource
from tests.unit.fake_rabbitmq import ADMINISTRATOR, Rabbit, served

DEADLINE = 300


@pytest.fixture
def rabbit() -> Iterator[Rabbit]:
    for setting in ("KUBECONFIG", "LAUNCHPAD_TEST_EXTENDED_IMAGE", "LAUNCHPAD_TEST_HOST"):
        if not os.environ.get(setting):
            pytest.skip(f"{setting} is not set: no cluster to run workflows in")
    with served(os.environ["LAUNCHPAD_TEST_HOST"]) as rabbit:
        yield rabbit


@pytest.fixture
def client(rabbit: Rabbit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KubernetesClient:
    """Of a process that has the package too."""
    monkeypatch.syspath_prepend(str(own_resource.install(tmp_path)))
    importlib.invalidate_caches()
    registry.register(Provider("rabbitmq", "direct", "launchpad_workflows.requests:Plain", "vhosts:Vhosts"))
    return KubernetesClient.connect()


@pytest.fixture
def namespace(client: KubernetesClient) -> Iterator[str]:
    name = f"launchpad-it-{secrets.token_hex(3)}"
    register(client, TemplateParams(image=os.environ["LAUNCHPAD_TEST_EXTENDED_IMAGE"], namespace=name, attempts=1))
    user, password = ADMINISTRATOR
    contents = {
        admin_secret("rabbitmq", "main"): {"username": user, "password": password},
        instance_secret("moon"): {"P": "h1dden-password"},
    }
    for secret, values in contents.items():
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        metadata = {"name": secret, "namespace": name}
        client.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})
    yield name
    client.delete("v1", "Namespace", name)


def run(client: KubernetesClient, namespace: str, rabbit: Rabbit, **what: object) -> Finished:
    part = {"resource": "rabbitmq", "provider": "direct", "server": "main", "endpoint": rabbit.address}
    named = {"names": {"vhost": ["moon"]}, "users": {"moon": "P"}}
    request = Request.model_validate({"instance": "moon", "resources": [{**part, **named}], **what})
    ownership = ClusterOwnership(client, namespace)
    return remote.run(client, request, ownership, lambda _seen: None, namespace=namespace, deadline=DEADLINE)


def test_resource_of_another_package_is_made_and_removed_by_workflows(
    client: KubernetesClient, namespace: str, rabbit: Rabbit
) -> None:
    made = run(client, namespace, rabbit)
    there = set(rabbit.vhosts), rabbit.users["moon"]
    removed = run(client, namespace, rabbit, operation="deprovision", delete_data=True)

    assert (made.ok, made.outcomes[0].status, made.outcomes[0].isolated) == (True, "created", True), made
    assert there == ({"/", "moon"}, "h1dden-password")
    assert (removed.ok, removed.outcomes[0].status, list(rabbit.vhosts)) == (True, "removed", ["/"]), removed
