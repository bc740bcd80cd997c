"""What the docs say of AWS: the administrator's rights, and the addresses of all regions."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from launchpad_workflows.requests import AmazonStorage, Request
from pydantic import ValidationError

from tests.unit.launchpad_workflows.aws.conftest import Account
from tests.unit.launchpad_workflows.aws.test_provision import WANTED

PAGE = Path(__file__).parents[4] / "docs" / "howto" / "servers.md"


def documented() -> dict[str, Any]:
    """The policy of the page; moto knows no resources of IAM, and asks for `HeadBucket` where AWS asks for `ListBucket`."""
    (text,) = re.findall(r"^```json\n(.+?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    for_moto = text.replace("arn:aws:iam::*:user/launchpad/*", "*").replace(
        '"s3:ListBucket"', '"s3:ListBucket", "s3:HeadBucket"'
    )
    return json.loads(for_moto)  # type: ignore[no-any-return]


def test_documented_rights_suffice_for_every_operation(account: Account) -> None:
    account.aws.allow(documented())

    outcomes = [account.run(claim="new", **WANTED), account.run("check"), account.run("verify")]
    account.aws.client("iam").create_access_key(UserName=account.user)
    account.kept.clear()
    outcomes.append(account.run())
    outcomes.append(account.run("rotate", request={"step": "prepare"}))
    outcomes.append(account.run("inspect", request={"orphans": True}))
    outcomes.append(account.run("deprovision", request={"delete_data": True}))

    statuses = ["created", "reachable", "verified", "repaired", "prepared", "inspected", "removed"]
    assert [one.status for one in outcomes] == statuses


PARTITIONS = ("aws", "aws-cn", "aws-us-gov", "aws-eusc")


@pytest.mark.parametrize("place", PARTITIONS)
def test_partition_and_endpoint_follow_from_every_region(place: str) -> None:
    session = boto3.session.Session()
    for name in session.get_available_regions("s3", place):
        store = AmazonStorage.model_validate({"server": "main", "region": name})
        expected = session.client("s3", region_name=name).meta.endpoint_url

        assert store.partition == place
        assert store.endpoint == ("https://s3.us-east-1.amazonaws.com" if name == "us-east-1" else expected)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"region": ""}, "a store of AWS needs its region"),
        ({"path": "launchpad"}, "path"),
        ({"permissions_boundary": "launchpad"}, "permissions_boundary"),
        ({"buckets": [{"name": "abc"}], "access_key": "a-b", "secret_key_key": "S"}, "an access_key_key is needed"),
        ({"access_key": "a" * 65}, "longer than the 64 characters of a user of AWS"),
    ],
)
def test_wrong_description_is_refused(wrong: dict[str, Any], reason: str) -> None:
    part = {"resource": "storage", "provider": "s3", "server": "main", "region": "eu-central-1"}

    with pytest.raises(ValidationError, match=reason):
        Request.model_validate({"operation": "check", "resources": [{**part, **wrong}]})
