"""Whose a bucket or a user of AWS is: what is not this instance's stays as it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.launchpad_workflows.aws.conftest import Account

WHERE = {"LocationConstraint": "eu-central-1"}


def untouched(account: Account) -> bool:
    changing = ("PUT", "DELETE", "Put", "Delete", "Create", "Tag", "Remove", "Detach")
    return not [call for call in account.aws.calls if call.startswith(changing)]


def tagged(instance: str, root: str) -> list[dict[str, str]]:
    return [{"Key": "launchpad-instance", "Value": instance}, {"Key": "launchpad-root", "Value": root}]


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ([], "nothing shows that it is this instance's"),
        (tagged("other", "root-a"), "is instance other's"),
        (None, "of another root"),
    ],
    ids=["without tags", "another instance", "another root"],
)
@pytest.mark.parametrize("kind", ["user", "bucket"])
def test_stranger_is_refused_before_anything_is_made(account: Account, kind: str, tags: Any, reason: str) -> None:
    tags = tagged(account.instance, "root-b") if tags is None else tags
    if kind == "user":
        account.aws.client("iam").create_user(UserName=account.user, Tags=tags)
    else:
        s3 = account.aws.client("s3")
        s3.create_bucket(Bucket=account.bucket, CreateBucketConfiguration=WHERE)
        s3.put_bucket_tagging(Bucket=account.bucket, Tagging={"TagSet": tags})
    account.aws.calls.clear()

    outcome = account.run(claim="new")

    assert (outcome.failed, outcome.may_pass, untouched(account)) == (True, False, True)
    assert reason in outcome.details[-1]


def test_same_name_of_another_root_gets_nothing_of_it(account: Account) -> None:
    account.run(claim="new")
    other = replace(account, root="root-b", kept={})
    account.aws.calls.clear()

    provisioned = other.run(claim="new")
    removed = other.run("deprovision", "new", request={"delete_data": True})

    assert (provisioned.failed, removed.failed, untouched(account)) == (True, False, True)
    assert set(removed.released) >= {f"user/{account.user}", f"bucket/{account.bucket}"}


def test_bucket_of_another_account_is_refused(account: Account) -> None:
    account.aws.refuse = lambda call: (403, "") if call == f"HEAD /{account.bucket}" else None

    outcome = account.run(claim="new")

    assert "is somebody else's, or closed to the administrator's key: choose another name." in outcome.details[-1]


def test_bucket_in_another_region_is_told(account: Account) -> None:
    account.aws.refuse = lambda call: (301, "PermanentRedirect") if call == f"HEAD /{account.bucket}" else None

    outcome = account.run(claim="new")

    assert "has this bucket in another region" in outcome.details[-1]


def test_orphans_are_buckets_and_users_below_the_path(account: Account) -> None:
    account.run(claim="new")
    account.aws.client("s3").create_bucket(Bucket="left--openedx", CreateBucketConfiguration=WHERE)

    outcome = account.run("inspect", request={"orphans": True})

    buckets = {f"bucket/{name}--openedx" for name in (account.instance, "left", "neighbour")}
    assert set(outcome.elsewhere) == {f"user/{account.user}", *buckets}
    assert {thing.name: thing.state for thing in outcome.things if thing.state != "missing"} == {account.user: "right"}
