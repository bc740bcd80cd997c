"""A store in this process that knows what AWS knows (moto), and an instance's resource on it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

pytest.importorskip("boto3.session", exc_type=ImportError)

from launchpad_workflows.credentials import MappingCredentials
from launchpad_workflows.items import Claim
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners.storage.client import Address, connected
from launchpad_workflows.requests import Bucket, Request, Storage
from launchpad_workflows.running import run_resource
from moto.server import ThreadedMotoServer

CREDENTIALS = MappingCredentials({("storage", "main"): {"username": "admin", "password": "secret"}}, {"S": "own"})


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def s3(endpoint: str) -> Iterator[Any]:
    with connected(Address("main", endpoint, "us-east-1"), "admin", "secret") as client:
        yield client


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody can do is not tried: moto lets everybody list every bucket."""
    monkeypatch.setattr("launchpad_workflows.provisioners.storage.trial.look_as_nobody", lambda *_arguments: None)


@dataclass
class Store:
    """Runs operations on one bucket of its own."""

    endpoint: str
    bucket: str

    def run(
        self, operation: str = "provision", claim: Claim = "ours", *, request: Any = None, **bucket: Any
    ) -> Outcome:
        resource = Storage(
            server="main",
            provider="compatible",
            endpoint=self.endpoint,
            buckets=(Bucket(name=self.bucket, **bucket),),
            access_key="key",
            secret_key_key="S",
            claims={f"bucket/{self.bucket}": claim},
        )
        content = {"instance": "alpha", "operation": operation, "resources": [resource], **(request or {})}
        return run_resource(Request.model_validate(content), resource, CREDENTIALS, lambda _line: None)


@pytest.fixture
def store(endpoint: str) -> Store:
    return Store(endpoint, f"bucket-{secrets.token_hex(4)}")
