"""DigitalOcean: its API as a stand-in that works on the real servers of the other tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("boto3.session", exc_type=ImportError)
pytest.importorskip("httpx")

import boto3
from launchpad_workflows import names
from launchpad_workflows.provisioners.storage.client import Address
from launchpad_workflows.provisioners.storage.users import Users
from launchpad_workflows.requests import Bucket, Spaces

from tests.integration.conftest import Runner, named_server
from tests.integration.digitalocean.spaces_keys import SpacesKeys
from tests.integration.digitalocean.stand_in import StandIn, running

TOKEN = "dop_v1_token-of-the-tests"
SPACES = frozenset({"spaces_key:read", "spaces_key:create_credentials", "spaces_key:delete"})


@dataclass
class Store:
    """An instance's resource on Spaces, what runs it, the stand-in, its keys, and the administrator's own client."""

    runner: Runner
    resource: Spaces
    api: StandIn
    keys: SpacesKeys
    s3: Any

    def run(self, *arguments: Any, **more: Any) -> Any:
        return self.runner.run(self.resource, *arguments, **more)

    def add_bucket(self) -> None:
        """The instance wants a second one."""
        second = Bucket(name=names.bucket(self.runner.instance, "backup"))
        self.resource = self.resource.model_copy(update={"buckets": (*self.resource.buckets, second)})

    def named(self, generation: int = 1) -> list[dict[str, Any]]:
        """The instance's keys, as the API has them."""
        name = self.resource.model_copy(update={"generation": generation}).users()[0]
        return [one for one in self.keys.keys.values() if one["name"] == name]


@pytest.fixture
def api() -> Iterator[StandIn]:
    with running(StandIn()) as found:
        yield found


@pytest.fixture
def store(api: StandIn, instance: str, cleanups: list[Callable[[], object]]) -> Iterator[Store]:
    server = named_server("LAUNCHPAD_TEST_S3", "storage")
    session = boto3.session.Session(*server.administrator, region_name="us-east-1")
    s3 = session.client("s3", endpoint_url=server.endpoint)
    keys = SpacesKeys(Users(Address("main", server.endpoint, "us-east-1"), *server.administrator), s3)
    api.routes, api.tokens = keys.routes(), {TOKEN: SPACES}
    cleanups.append(keys.clean)
    resource = Spaces(
        server="main",
        endpoint=server.endpoint,
        api=api.address,
        buckets=(Bucket(name=names.bucket(instance, "media")),),
        access_key=names.access_key(instance, "openedx"),
        access_key_key="ACCESS",
        secret_key_key="SECRET",
    )
    s3.create_bucket(Bucket=f"0--{instance}")
    yield Store(Runner(server, instance, token=TOKEN), resource, api, keys, s3)
    for bucket in session.resource("s3", endpoint_url=server.endpoint).buckets.all():
        if instance in bucket.name:
            bucket.object_versions.delete()
            bucket.delete()
