"""AWS in this process, an instance's resource on it, and what an instance's Secret would keep."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("boto3.session", exc_type=ImportError)

from launchpad_workflows.credentials import MappingCredentials
from launchpad_workflows.items import Claim
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.patience import Patience
from launchpad_workflows.provisioners.storage.s3 import S3Provisioner
from launchpad_workflows.requests import AmazonStorage, Request
from launchpad_workflows.running import run_resource

from tests.unit.launchpad_workflows.aws.server import Amazon, Server

EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    found = Server()
    yield found
    found.close()


@pytest.fixture
def aws(server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Amazon]:
    """Nobody waits."""
    monkeypatch.setattr(S3Provisioner, "patience", Patience(sleep=lambda _seconds: None))
    monkeypatch.setattr(S3Provisioner, "brief", Patience(attempts=4, sleep=lambda _seconds: None))
    monkeypatch.setattr(S3Provisioner, "iam_patience", Patience(attempts=6, sleep=lambda _seconds: None))
    monkeypatch.setattr(S3Provisioner, "settings_patience", Patience(attempts=4, sleep=lambda _seconds: None))
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _seconds: None))
    with server.amazon(EVERYTHING) as door:
        yield door


@dataclass
class Account:
    """Runs operations on one bucket and its user, as the worker would. Nothing that is told may hold a secret."""

    aws: Amazon
    instance: str = "moon"
    root: str = "root-a"
    generation: int = 1
    kept: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @property
    def bucket(self) -> str:
        return f"{self.instance}--openedx"

    @property
    def user(self) -> str:
        return self.bucket

    @property
    def key(self) -> tuple[str, str]:
        return self.kept[f"ID.{self.generation}"], self.kept[f"SECRET.{self.generation}"]

    def resource(self, claim: Claim, **bucket: Any) -> AmazonStorage:
        found = AmazonStorage.model_validate({
            "server": "main", "region": "eu-central-1", "endpoint": self.aws.url, "iam_endpoint": self.aws.url,
            "addressing": "path", "buckets": [{"name": self.bucket, **bucket}], "access_key": self.user,
            "access_key_key": "ID", "secret_key_key": "SECRET", "generation": self.generation, **self.more,
        })  # fmt: skip
        names = [*found.items(), *found.other_generation().items()]
        return found.model_copy(update={"claims": {item.key: claim for item in names}})

    def run(
        self, operation: str = "provision", claim: Claim = "ours", *, request: Any = None, **bucket: Any
    ) -> Outcome:
        key, secret = self.aws.administrator
        admin = {"username": key, "password": secret}
        credentials = MappingCredentials({("storage", "main"): admin}, {}, self.kept)
        resource = self.resource(claim, **bucket)
        content = {"instance": self.instance, "root": self.root, "operation": operation, "resources": [resource]}
        told = Request.model_validate({**content, **(request or {})})
        outcome = run_resource(told, resource, credentials, self.lines.append)
        text = outcome.model_dump_json() + json.dumps(self.lines)
        assert not [one for one in (secret, *self.kept.values()) if one in text]
        return outcome


@pytest.fixture
def account(aws: Amazon) -> Account:
    """With a neighbour, whose bucket is what a key must be refused."""
    aws.client("s3").create_bucket(
        Bucket="neighbour--openedx", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    return Account(aws, instance=f"moon-{secrets.token_hex(3)}")
