"""A key of Spaces from DigitalOcean's API to an instance's Secret, by a pod of a real cluster.

LAUNCHPAD_TEST_HOST: where pods reach this machine, and with it the stand-in of the API.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterator

import pytest
from launchpad_workflows.client import Object
from launchpad_workflows.credentials import admin_secret, chosen_secret, instance_secret
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.requests import Request

from tests.integration.digitalocean.conftest import TOKEN, Store
from tests.integration.digitalocean.stand_in import StandIn, running
from tests.integration.test_workflow import client, namespace, run

__all__ = ["client", "namespace"]  # fixtures


@pytest.fixture
def api() -> Iterator[StandIn]:
    """In place of the one that only this machine reaches."""
    host = os.environ.get("LAUNCHPAD_TEST_HOST")
    if not host:
        pytest.skip("LAUNCHPAD_TEST_HOST is not set: pods would not reach the stand-in")
    with running(StandIn(), host) as found:
        yield found


def secret(client: KubernetesClient, namespace: str, name: str) -> dict[str, str]:
    found = client.get("v1", "Secret", name, namespace)
    return {key: base64.b64decode(value).decode() for key, value in (found.get("data") or {}).items()}


def write(client: KubernetesClient, namespace: str, name: str, **values: str) -> None:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
    content: Object = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}}
    client.apply({**content, "data": data})


def test_pod_keeps_the_key_that_the_api_chose(client: KubernetesClient, namespace: str, store: Store) -> None:
    user, password = store.runner.server.administrator
    instance = store.runner.instance
    write(client, namespace, admin_secret("storage", "main"), username=user, password=password, token=TOKEN)
    write(client, namespace, instance_secret(instance), unused="x")
    request = Request(instance=instance, resources=(store.resource,))

    made = run(client, request, namespace)
    again = run(client, request, namespace)

    statuses = [(one.status, one.isolated) for one in made.outcomes + again.outcomes]
    assert statuses == [("created", True), ("unchanged", True)]
    kept = secret(client, namespace, chosen_secret(instance))
    assert [one["access_key"] for one in store.named()] == [kept["ACCESS.1"]]
    told = json.dumps(
        [client.get("argoproj.io/v1alpha1", "Workflow", made.run.name, namespace), *map(str, made.outcomes)]
    )
    assert not [value for value in (TOKEN, password, kept["SECRET.1"]) if value in told]
