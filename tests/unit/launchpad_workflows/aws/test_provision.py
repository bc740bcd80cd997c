"""Provisioning with the provider s3: what is made, repaired and refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from launchpad_workflows.credentials import MappingCredentials
from launchpad_workflows.errors import Unavailable
from launchpad_workflows.provisioners.storage.s3 import S3Provisioner

from tests.unit.launchpad_workflows.aws.conftest import EVERYTHING, Account

BOUNDARY = "arn:aws:iam::123456789012:policy/launchpad-boundary"
WANTED: dict[str, Any] = {
    "versioning": True,
    "encryption": True,
    "expire_old_after": 30,
    "cors_origins": ["https://lms.example"],
    "public_prefixes": ["profile-images/"],
}


def written(account: Account) -> list[str]:
    """What was changed, without the probes of the instance's key."""
    reading = ("GET", "HEAD", "Get", "List")
    probes = (".launchpad_probe", "/launchpad-probe-", "launchpad_probe")
    return [
        call for call in account.aws.calls if not call.startswith(reading) and not any(one in call for one in probes)
    ]


def test_bucket_and_user_are_made_and_a_second_run_changes_nothing(account: Account) -> None:
    made = account.run(claim="new", **WANTED)
    account.aws.calls.clear()
    again = account.run(**WANTED)

    assert (made.status, made.isolated, set(made.made)) == (
        "created",
        True,
        {f"user/{account.user}", f"bucket/{account.bucket}"},
    )
    assert (again.status, written(account)) == ("unchanged", [])
    assert set(account.kept) == {"ID.1", "SECRET.1"}


def test_names_of_the_owner_are_written_on_user_and_bucket(account: Account) -> None:
    account.run(claim="new")

    wanted = [{"Key": "launchpad-instance", "Value": account.instance}, {"Key": "launchpad-root", "Value": "root-a"}]
    user = account.aws.client("iam").get_user(UserName=account.user)["User"]
    assert (user["Path"], user["Tags"]) == ("/launchpad/", wanted)
    assert account.aws.client("s3").get_bucket_tagging(Bucket=account.bucket)["TagSet"] == wanted


def test_key_reaches_its_bucket_alone(account: Account) -> None:
    admin = account.aws.client("s3")
    where = {"LocationConstraint": "eu-central-1"}
    admin.create_bucket(Bucket="other--openedx", CreateBucketConfiguration=where)

    made = account.run(claim="new")

    own = account.aws.client("s3", account.key)
    own.put_object(Bucket=account.bucket, Key="a", Body=b"x")
    assert f"the key of user {account.user} can reach no other bucket, nor make one" in made.details
    for attempt in (own.list_buckets, lambda: own.list_objects_v2(Bucket="other--openedx")):
        with pytest.raises(Exception, match="AccessDenied"):
            attempt()


def test_isolation_is_not_verified_where_there_is_no_neighbour_to_try(account: Account) -> None:
    account.aws.client("s3").delete_bucket(Bucket="neighbour--openedx")

    made, verified = account.run(claim="new"), account.run("verify")

    assert (made.status, made.isolated, verified.status) == ("created", False, "not verified")
    assert "isolation not verified: the account has no other bucket to try" in verified.details[-1]


def test_key_with_further_rights_is_told_by_verify_and_cut_back_by_provision(account: Account) -> None:
    account.run(claim="new")
    account.aws.client("s3").create_bucket(
        Bucket="other--openedx", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    iam = account.aws.client("iam")
    iam.put_user_policy(UserName=account.user, PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))

    told = account.run("verify")
    repaired = account.run()

    assert (told.status, "may list bucket neighbour--openedx" in told.details[-1]) == ("failed", True)
    assert f"repaired further rights of user {account.user} (inline policy all)" in repaired.details
    assert (repaired.isolated, account.run("verify").status) == (True, "verified")


def change_policy(account: Account) -> None:
    statement = {"Effect": "Allow", "Action": ["s3:ListBucket"], "Resource": [f"arn:aws:s3:::{account.bucket}"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = account.aws.client("iam")
    iam.put_user_policy(UserName=account.user, PolicyName="launchpad", PolicyDocument=policy)


def untag(account: Account) -> None:
    account.aws.client("s3").put_bucket_tagging(
        Bucket=account.bucket, Tagging={"TagSet": [{"Key": "cost-centre", "Value": "7"}]}
    )


def disable_key(account: Account) -> None:
    account.aws.client("iam").update_access_key(UserName=account.user, AccessKeyId=account.key[0], Status="Inactive")


def forget_user(account: Account) -> None:
    iam = account.aws.client("iam")
    names = ["launchpad-instance", "launchpad-root"]
    iam.untag_user(UserName=account.user, TagKeys=names)


DRIFTS: dict[str, Callable[[Account], None]] = {
    "policy of user {user}": change_policy,
    "tags of bucket {user}": untag,
    "tags of user {user}": forget_user,
    "key of user {user}, which was disabled": disable_key,
}


@pytest.mark.parametrize("what", DRIFTS)
def test_what_drifted_is_told_and_repaired_and_nothing_else(account: Account, what: str) -> None:
    account.run(claim="new")
    key = account.key
    DRIFTS[what](account)

    drift = [line for thing in account.run("inspect").things for line in thing.drift]
    lines = [line for line in account.run().details if line.startswith("repaired")]

    assert (drift, lines) == ([what.format(user=account.user)], [f"repaired {what.format(user=account.user)}"])
    assert (account.run().status, account.key) == ("unchanged", key)


def test_operators_tags_stay(account: Account) -> None:
    account.run(claim="new")
    untag(account)
    account.run()

    tags = account.aws.client("s3").get_bucket_tagging(Bucket=account.bucket)["TagSet"]
    assert [one["Key"] for one in tags] == ["cost-centre", "launchpad-instance", "launchpad-root"]


def test_permissions_boundary_is_given_and_restored(account: Account) -> None:
    account.more = {"permissions_boundary": BOUNDARY}
    account.run(claim="new")
    given = account.aws.boundaries.pop(account.user)

    assert (given, account.run().status, account.aws.boundaries) == (BOUNDARY, "repaired", {account.user: BOUNDARY})


def test_key_that_cannot_be_kept_is_removed_again(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: object, _key: str, _value: str) -> None:
        raise Unavailable("The Secret cannot be written.")

    monkeypatch.setattr(MappingCredentials, "keep", refuse)

    outcome = account.run(claim="new")

    assert (outcome.status, outcome.details[-1]) == ("failed", "The Secret cannot be written.")
    assert account.aws.client("iam").list_access_keys(UserName=account.user)["AccessKeyMetadata"] == []


def test_aws_may_hear_late_of_a_new_key_and_its_rights(account: Account) -> None:
    account.aws.late = 3

    made = account.run(claim="new", public_prefixes=["profile-images/"])

    assert made.isolated
    assert not [line for line in made.details if "cannot be" in line]


@pytest.mark.parametrize(("status", "code"), [(404, "NoSuchEntity"), (403, "AccessDenied")])
def test_iam_may_hear_late_of_a_user_that_it_made(account: Account, status: int, code: str) -> None:
    late = [(status, code)] * 3
    account.aws.refuse = lambda call: late.pop() if call == "PutUserPolicy" and late else None

    assert account.run(claim="new").isolated


def test_trouble_of_a_run_that_changed_nothing_is_told_soon(account: Account) -> None:
    account.run(claim="new")
    account.aws.client("iam").delete_user_policy(UserName=account.user, PolicyName="launchpad")
    account.aws.calls.clear()

    outcome = account.run("verify")

    tried = [call for call in account.aws.calls if call == f"PUT /{account.bucket}/.launchpad_probe"]
    assert (outcome.failed, len(tried)) == (True, S3Provisioner.brief.attempts)


def test_key_that_is_never_heard_of_may_pass(account: Account) -> None:
    account.aws.late = 1000

    outcome = account.run(claim="new")

    assert (outcome.failed, outcome.may_pass) == (True, True)
    assert f"The new key of user {account.user} is not accepted" in outcome.details[-1]


def test_account_that_blocks_public_policies_is_told(account: Account) -> None:
    account.aws.blocks_public = True

    outcome = account.run(claim="new", public_prefixes=["profile-images/"])

    assert outcome.isolated
    assert any("What lies below its public prefixes can only be read with a key." in line for line in outcome.details)


def test_us_east_1_is_no_location_constraint(account: Account) -> None:
    account.more = {"region": "us-east-1"}

    assert account.run(claim="new").isolated


def test_check_tells_that_buckets_and_users_can_be_listed(account: Account) -> None:
    account.run(claim="new")

    assert account.run("check").details == ("S3-compatible store with 2 buckets; AWS with 1 users below /launchpad/",)


@pytest.mark.parametrize("call", ["CreateUser", "PutUserPolicy", "CreateAccessKey", "GetUser"])
def test_missing_right_of_the_administrator_names_the_call(account: Account, call: str) -> None:
    account.aws.refuse = lambda asked: (403, "AccessDenied") if asked == call else None

    outcome = account.run(claim="new")

    assert (outcome.failed, outcome.may_pass) == (True, False)
    assert f"call {call} (AccessDenied)" in outcome.details[-1]


@pytest.mark.parametrize(("call", "code"), [("CreateUser", "LimitExceeded"), ("PUT /{}", "TooManyBuckets")])
def test_limit_of_the_account_is_told(account: Account, call: str, code: str) -> None:
    account.aws.refuse = lambda asked: (409, code) if asked == call.format(account.bucket) else None

    outcome = account.run(claim="new")

    assert (outcome.failed, outcome.may_pass) == (True, False)
    assert f"{code}): have the account's limit raised, or remove what nobody needs." in outcome.details[-1]


def test_throttling_may_pass(account: Account) -> None:
    account.aws.refuse = lambda asked: (400, "Throttling") if asked == "CreateUser" else None

    outcome = account.run(claim="new")

    assert (outcome.failed, outcome.may_pass, account.aws.calls.count("CreateUser")) == (True, True, 3)
