"""A key that the store's provider chooses, made and kept by pods of a real cluster. Settings: test_workflow.py, and
LAUNCHPAD_TEST_HOST, an address of this machine that pods reach."""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Iterator

import pytest
from launchpad_workflows import chosen, names, remote
from launchpad_workflows.client import WORKFLOWS, Object
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.provisioners.storage.client import Address, connected
from launchpad_workflows.provisioners.storage.users import Users
from launchpad_workflows.requests import Bucket, Request, Spaces

from tests.integration.conftest import named_server
from tests.integration.digitalocean.conftest import SPACES, TOKEN
from tests.integration.digitalocean.spaces_keys import SpacesKeys
from tests.integration.digitalocean.stand_in import StandIn, running
from tests.integration.test_workflow import DEADLINE, client, namespace

__all__ = ["client", "namespace"]  # fixtures


@pytest.fixture
def place() -> Address:
    """The store."""
    return Address("main", named_server("LAUNCHPAD_TEST_S3", "storage").endpoint, "us-east-1")


@pytest.fixture
def api(place: Address) -> Iterator[StandIn]:
    """DigitalOcean's, with keys of this store."""
    host = os.environ.get("LAUNCHPAD_TEST_HOST")
    if not host:
        pytest.skip("LAUNCHPAD_TEST_HOST is not set: pods would not reach what plays the provider")
    administrator = named_server("LAUNCHPAD_TEST_S3", "storage").administrator
    with connected(place, *administrator) as s3:
        keys = SpacesKeys(Users(place, *administrator), s3)
        with running(StandIn(keys.routes(), {TOKEN: SPACES}), host) as found:
            yield found
        keys.clean()


@pytest.fixture
def request_(api: StandIn, place: Address, client: KubernetesClient, namespace: str) -> Request:
    """For an instance of this test alone."""
    instance = f"it-{secrets.token_hex(4)}"
    user, password = named_server("LAUNCHPAD_TEST_S3", "storage").administrator
    admin = {"username": user, "password": password, "token": TOKEN}
    for name, values in {"launchpad-server-storage-main": admin, f"launchpad-instance-{instance}": {}}.items():
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        metadata = {"name": name, "namespace": namespace}
        client.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})
    resource = Spaces(
        server="main",
        endpoint=place.endpoint,
        api=api.address,
        buckets=(Bucket(name=names.bucket(instance, "media")),),
        access_key=names.access_key(instance, "openedx"),
        access_key_key="ACCESS",
        secret_key_key="SECRET",
    )
    return Request(instance=instance, resources=(resource,))


def run(client: KubernetesClient, request: Request, namespace: str, **changes: object) -> str:
    wanted = Request.model_validate({**dict(request), "resources": request.resources, **changes})
    ownership = ClusterOwnership(client, namespace)
    finished = remote.run(client, wanted, ownership, lambda _seen: None, namespace=namespace, deadline=DEADLINE)
    assert finished.ok, finished.failures
    return finished.outcomes[0].status


def test_key_is_kept_where_its_pod_alone_may_write(
    client: KubernetesClient, namespace: str, request_: Request, place: Address
) -> None:
    statuses = [run(client, request_, namespace) for _ in range(2)]

    kept = chosen.read(client, request_.instance, namespace)
    with connected(place, kept["ACCESS.1"], kept["SECRET.1"]) as own:
        assert own.list_objects_v2(Bucket=names.bucket(request_.instance, "media"))["KeyCount"] == 0
    account = f"launchpad-chosen-{request_.instance}"
    assert statuses == ["created", "unchanged"]
    assert _allowed(client, namespace, account) == {("get", account), ("patch", account)}
    kinds = [
        ("v1", "Pod"),
        ("v1", "Event"),
        ("v1", "ConfigMap"),
        (WORKFLOWS, "Workflow"),
        (WORKFLOWS, "WorkflowTaskResult"),
    ]
    told = json.dumps([client.list(*kind, namespace) for kind in kinds])
    assert [secret for secret in (kept["SECRET.1"], TOKEN) if secret in told] == []
    assert run(client, request_, namespace, operation="deprovision", delete_data=True) == "removed"
    assert chosen.forget(client, request_.instance, namespace)


def _allowed(client: KubernetesClient, namespace: str, account: str) -> set[tuple[str, str]]:
    """What the account may do with Secrets: its own one, others, and all."""
    others = ("launchpad-server-storage-main", account.replace("chosen", "instance"), "launchpad-chosen-other", "")
    return {
        (verb, name)
        for name in (account, *others)
        for verb in ("get", "list", "watch", "create", "update", "patch", "delete")
        if _may(client, namespace, account, verb, name)
    }


def _may(client: KubernetesClient, namespace: str, account: str, verb: str, name: str) -> bool:
    attributes = {"namespace": namespace, "verb": verb, "group": "", "resource": "secrets", "name": name}
    review: Object = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "metadata": {"name": ""},
        "spec": {"user": f"system:serviceaccount:{namespace}:{account}", "resourceAttributes": attributes},
    }
    return bool(client.create(review)["status"]["allowed"])
