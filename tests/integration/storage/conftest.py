"""A store, an instance's resource on it, and the administrator's own clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

pytest.importorskip("boto3.session", exc_type=ImportError)

import boto3
from launchpad_workflows import names
from launchpad_workflows.provisioners.storage.client import Address
from launchpad_workflows.provisioners.storage.users import Users
from launchpad_workflows.requests import Bucket, Storage

from tests.integration.conftest import Runner, named_server


def remove_bucket(s3: Any, name: str) -> None:
    """With all versions of all that is in it."""
    listed = s3.list_object_versions(Bucket=name)
    for one in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
        s3.delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"])
    s3.delete_bucket(Bucket=name)


@pytest.fixture
def runner(instance: str) -> Runner:
    return Runner(named_server("LAUNCHPAD_TEST_S3", "storage"), instance)


@pytest.fixture
def resource(runner: Runner) -> Storage:
    buckets = (
        Bucket(name=names.bucket(runner.instance, "media")),
        Bucket(name=names.bucket(runner.instance, "backup"), versioning=True),
    )
    key = names.access_key(runner.instance, "openedx")
    return Storage(server="main", endpoint=runner.server.endpoint, buckets=buckets, access_key=key, secret_key_key="P")


@pytest.fixture
def s3(runner: Runner, resource: Storage) -> Iterator[Any]:
    user, password = runner.server.administrator
    session = boto3.session.Session(user, password, region_name="us-east-1")
    client = session.client("s3", endpoint_url=resource.endpoint)
    yield client
    for bucket in session.resource("s3", endpoint_url=resource.endpoint).buckets.all():
        if bucket.name.startswith(runner.instance):
            bucket.object_versions.delete()
            bucket.delete()


@pytest.fixture
def users(runner: Runner, resource: Storage, cleanups: list[Callable[[], object]]) -> Users:
    found = Users(Address("main", resource.endpoint, "us-east-1"), *runner.server.administrator)
    for generation in (1, 2):
        key = user_of(resource, generation)
        cleanups.append(partial(found.remove_policy, f"launchpad-{key}"))
        cleanups.append(partial(found.remove, key))
    return found


def user_of(resource: Storage, generation: int = 1) -> str:
    """The instance's key."""
    return resource.model_copy(update={"generation": generation}).users()[0]
