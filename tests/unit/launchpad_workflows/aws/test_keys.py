"""Keys and rights that an instance may be using: a repeated provision leaves them, a rotation ends them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from launchpad_workflows.outcomes import Outcome

from tests.unit.launchpad_workflows.aws.conftest import Account


def keys_of(account: Account) -> set[str]:
    listed = account.aws.client("iam").list_access_keys(UserName=account.user)["AccessKeyMetadata"]
    return {one["AccessKeyId"] for one in listed}


def add_key(account: Account) -> tuple[str, str]:
    made = account.aws.client("iam").create_access_key(UserName=account.user)["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


def use(account: Account, key: tuple[str, str]) -> None:
    account.aws.client("s3", key).list_objects_v2(Bucket=account.bucket)


def told(outcome: Outcome) -> list[str]:
    return [line.split(",")[0] for line in outcome.details if line.startswith("kept")]


@pytest.mark.parametrize("lost", ["both halves", "the secret half"])
def test_lost_key_is_replaced_and_stays_until_a_rotation(account: Account, lost: str) -> None:
    account.run(claim="new")
    former = account.key
    account.kept.clear() if lost == "both halves" else account.kept.update({"SECRET.1": "wrong"})

    outcomes = [account.run() for _ in range(3)]

    key = account.key[0]
    assert [one.status for one in outcomes] == ["repaired", "unchanged", "unchanged"]
    assert [told(one) for one in outcomes] == [[f"kept former key …{former[0][-4:]} of user {account.user}"]] * 3
    assert (key != former[0], keys_of(account)) == (True, {former[0], key})
    use(account, former)


def test_rotation_ends_former_keys(account: Account) -> None:
    account.run(claim="new")
    former = account.key
    account.kept.clear()
    account.run()

    account.run("rotate", request={"step": "prepare"})
    account.generation = 2
    retired = account.run("rotate", request={"step": "retire"})

    assert retired.status == "retired"
    with pytest.raises(Exception, match=r"InvalidAccessKeyId|AccessDenied"):
        use(account, former)


def test_inspect_counts_former_keys(account: Account) -> None:
    account.run(claim="new")
    add_key(account)

    (user,) = [thing for thing in account.run("inspect").things if thing.name == account.user and thing.kind == "user"]

    assert (user.drift, user.facts["former keys"]) == ((), 1)


def test_room_is_made_by_the_key_that_was_never_used(account: Account) -> None:
    account.run(claim="new")
    in_use = account.key
    add_key(account)
    account.kept["SECRET.1"] = "wrong"

    repaired = account.run()

    assert (repaired.status, keys_of(account)) == ("repaired", {in_use[0], account.key[0]})
    use(account, in_use)


def test_room_is_made_by_a_disabled_key_before_all_others(account: Account) -> None:
    account.run(claim="new")
    disabled, unused = account.key, add_key(account)
    account.aws.client("iam").update_access_key(UserName=account.user, AccessKeyId=disabled[0], Status="Inactive")
    account.kept.clear()

    account.run()

    assert keys_of(account) == {unused[0], account.key[0]}


def test_two_keys_that_were_used_are_left_and_the_operator_is_asked(account: Account) -> None:
    account.run(claim="new")
    keys = [account.key, add_key(account)]
    for key in keys:
        use(account, key)
    account.kept.clear()

    refused = account.run()

    assert (refused.status, refused.may_pass, keys_of(account)) == ("failed", False, {key[0] for key in keys})
    assert "Disable the one that the instance does not use, then repeat." in refused.details[-1]


def moved(account: Account, name: str) -> Any:
    """The instance's resource with another bucket's name."""
    found = account.resource("ours")
    (bucket,) = found.buckets
    return found.model_copy(update={"buckets": (bucket.model_copy(update={"name": name}),)})


def test_another_buckets_name_leaves_the_rights_to_the_one_in_use(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.run(claim="new")
    former = account.bucket
    own = account.aws.client("s3", account.key)
    resource = moved(account, f"{account.bucket}-2")
    monkeypatch.setattr(account, "resource", lambda *_args, **_kwargs: resource, raising=False)

    outcomes = [account.run(), account.run(), account.run("verify")]

    assert [one.status for one in outcomes] == ["created", "unchanged", "verified"], outcomes
    assert outcomes[0].isolated
    for bucket in (former, f"{former}-2"):
        own.put_object(Bucket=bucket, Key="a", Body=b"x")


def test_rights_to_a_bucket_that_is_not_the_instances_are_taken_away(account: Account) -> None:
    account.run(claim="new")
    where = {"LocationConstraint": "eu-central-1"}
    account.aws.client("s3").create_bucket(Bucket=f"{account.bucket}-3", CreateBucketConfiguration=where)
    iam = account.aws.client("iam")
    document = iam.get_user_policy(UserName=account.user, PolicyName="launchpad")["PolicyDocument"]
    for statement in document["Statement"]:
        statement["Resource"].append(
            f"arn:aws:s3:::{account.bucket}-3" + "/*" * ("Object" in str(statement["Action"][1]))
        )
    iam.put_user_policy(UserName=account.user, PolicyName="launchpad", PolicyDocument=json.dumps(document))

    outcome = account.run()

    assert f"repaired policy of user {account.user}" in outcome.details
