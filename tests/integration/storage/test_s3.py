"""The provider s3 with a real store: what IAM's stand-in makes is made on MinIO too, which checks keys and policies."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

pytest.importorskip("boto3.session", exc_type=ImportError)
pytest.importorskip("moto.server", exc_type=ImportError)

import boto3
from launchpad_workflows import names
from launchpad_workflows.patience import Patience
from launchpad_workflows.provisioners.storage.client import Address
from launchpad_workflows.provisioners.storage.s3 import S3Provisioner
from launchpad_workflows.provisioners.storage.users import Users
from launchpad_workflows.requests import AmazonStorage

from tests.integration.conftest import Runner, named_server
from tests.integration.storage.conftest import remove_bucket
from tests.unit.launchpad_workflows.aws.conftest import EVERYTHING
from tests.unit.launchpad_workflows.aws.server import Amazon, Server


@dataclass
class Mirror:
    """Keys of AWS as users of MinIO, each with the inline policy of the user that it is for."""

    users: Users
    policies: dict[str, Any]
    keys: dict[str, str]

    def hear(self, action: str, form: dict[str, str], answer: str) -> None:
        name = form.get("UserName", "")
        if action == "PutUserPolicy":
            self.policies[name] = json.loads(form["PolicyDocument"])
        if action == "CreateAccessKey":
            access, secret = (
                re.findall(f"<{key}>(.+?)</{key}>", answer)[0] for key in ("AccessKeyId", "SecretAccessKey")
            )
            self.let_in(access, secret.replace("&amp;", "&"), self.policies[name])
        if action == "DeleteAccessKey":
            self.forget(form["AccessKeyId"])

    def let_in(self, access: str, secret: str, policy: dict[str, Any]) -> None:
        self.users.put_policy(f"of-{access}", policy)
        self.users.put(access, secret)
        self.users.set_policy(access, f"of-{access}")
        self.keys[access] = secret

    def clear(self) -> None:
        """What a test left."""
        for access in list(self.keys):
            self.forget(access)

    def forget(self, access: str) -> None:
        self.users.remove(access)
        self.users.remove_policy(f"of-{access}")
        del self.keys[access]


@pytest.fixture
def runner(instance: str) -> Runner:
    return Runner(named_server("LAUNCHPAD_TEST_S3", "storage"), instance)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Amazon]:
    """What it has done is known at once."""
    for name in ("patience", "brief"):
        monkeypatch.setattr(S3Provisioner, name, Patience(attempts=2, sleep=lambda _seconds: None))
    server = Server()
    with server.amazon(EVERYTHING) as door:
        yield door
    server.close()


@pytest.fixture
def mirror(runner: Runner, aws: Amazon, cleanups: list[Callable[[], object]]) -> Mirror:
    users = Users(Address("main", runner.server.endpoint, "us-east-1"), *runner.server.administrator)
    found = Mirror(users, {}, {})
    cleanups.append(found.clear)
    every = {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}
    found.let_in(*aws.administrator, {"Version": "2012-10-17", "Statement": [every]})
    aws.heard = found.hear
    return found


@pytest.fixture
def resource(runner: Runner, aws: Amazon, mirror: Mirror) -> AmazonStorage:
    bucket = names.bucket(runner.instance, "media")
    return AmazonStorage.model_validate({
        "server": "main", "endpoint": runner.server.endpoint, "iam_endpoint": aws.url, "addressing": "path",
        "access_key": names.access_key(runner.instance, "openedx"), "access_key_key": "ID", "secret_key_key": "SECRET",
        "buckets": [{"name": bucket, "versioning": True, "public_prefixes": ["profile-images/"]}],
    })  # fmt: skip


@pytest.fixture
def s3(runner: Runner, cleanups: list[Callable[[], object]]) -> Any:
    session = boto3.session.Session(*runner.server.administrator, region_name="us-east-1")
    client = session.client("s3", endpoint_url=runner.server.endpoint)
    neighbour = f"{runner.instance}--neighbour"
    client.create_bucket(Bucket=neighbour)
    cleanups.append(partial(remove_bucket, client, neighbour))
    return client


def test_key_is_let_in_to_its_bucket_alone(
    runner: Runner, resource: AmazonStorage, aws: Amazon, mirror: Mirror, s3: Any
) -> None:
    made = runner.run(resource, "new", login=aws.administrator)
    again = runner.run(resource, login=aws.administrator)
    wide = {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}
    mirror.users.put_policy(f"of-{runner.kept['ID.1']}", {"Version": "2012-10-17", "Statement": [wide]})
    too_much = runner.run(resource, login=aws.administrator, operation="verify")

    assert (made.status, made.isolated, again.status) == ("created", True, "unchanged"), made.details
    assert "can reach no other bucket, nor make one" in made.details[-1]
    assert (too_much.status, "may list bucket" in too_much.details[-1]) == ("failed", True)


def test_other_key_takes_over_and_all_goes(
    runner: Runner, resource: AmazonStorage, aws: Amazon, mirror: Mirror, s3: Any
) -> None:
    runner.run(resource, "new", login=aws.administrator)
    s3.put_object(Bucket=resource.buckets[0].name, Key="kept", Body=b"x")
    prepared = runner.run(resource, login=aws.administrator, operation="rotate", step="prepare")
    after = resource.model_copy(update={"generation": prepared.generation})
    retired = runner.run(after, login=aws.administrator, operation="rotate", step="retire")
    removed = runner.run(after, login=aws.administrator, operation="deprovision", delete_data=True)

    assert (prepared.status, retired.status, removed.status) == ("prepared", "retired", "removed")
    assert set(mirror.keys) == {aws.administrator[0]}
    assert resource.buckets[0].name not in {one["Name"] for one in s3.list_buckets()["Buckets"]}
