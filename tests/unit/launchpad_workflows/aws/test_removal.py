"""Removal and rotation with the provider s3."""

from __future__ import annotations

import json

import pytest

from tests.unit.launchpad_workflows.aws.conftest import EVERYTHING, Account


def users(account: Account) -> list[str]:
    found = account.aws.client("iam").list_users(PathPrefix="/launchpad/")["Users"]
    return sorted(str(user["UserName"]) for user in found)


def encumber(account: Account) -> None:
    """All that AWS wants to be gone before a user goes, and a bucket that is not empty."""
    iam, s3 = account.aws.client("iam"), account.aws.client("s3")
    policy = json.dumps(EVERYTHING)
    arn = iam.create_policy(PolicyName="managed", PolicyDocument=policy)["Policy"]["Arn"]
    iam.attach_user_policy(UserName=account.user, PolicyArn=arn)
    iam.put_user_policy(UserName=account.user, PolicyName="second", PolicyDocument=policy)
    iam.create_group(GroupName="people")
    iam.add_user_to_group(UserName=account.user, GroupName="people")
    iam.create_login_profile(UserName=account.user, Password="Initial-1-password")
    iam.create_access_key(UserName=account.user)
    for body in (b"one", b"two"):
        s3.put_object(Bucket=account.bucket, Key="ü & <file>", Body=body)
    s3.delete_object(Bucket=account.bucket, Key="ü & <file>")
    s3.create_multipart_upload(Bucket=account.bucket, Key="unfinished")


def test_user_goes_with_all_that_holds_it_before_the_bucket(account: Account) -> None:
    account.run(claim="new", versioning=True)
    encumber(account)
    account.aws.calls.clear()

    removed = account.run("deprovision", request={"delete_data": True})

    order = [call for call in account.aws.calls if call.startswith(("D", "R")) and "uploadId" not in call]
    assert order == [
        "DeleteAccessKey", "DeleteAccessKey", "DeleteUserPolicy", "DetachUserPolicy", "RemoveUserFromGroup",
        "DeleteUserPolicy", "DeleteLoginProfile", "DeleteUser", f"DELETE /{account.bucket}",
    ]  # fmt: skip
    left = [one["Name"] for one in account.aws.client("s3").list_buckets()["Buckets"]]
    assert (removed.status, users(account), account.bucket in left) == ("removed", [], False)
    assert account.run("deprovision", request={"delete_data": True}).status == "absent"


def test_access_goes_and_data_stays_and_comes_back(account: Account) -> None:
    account.run(claim="new")
    account.aws.client("s3").put_object(Bucket=account.bucket, Key="kept", Body=b"x")

    revoked = account.run("deprovision")

    assert (revoked.status, revoked.kept, users(account)) == ("revoked", (f"bucket/{account.bucket}",), [])
    assert account.run().isolated
    own = account.aws.client("s3", account.key)
    assert own.get_object(Bucket=account.bucket, Key="kept")["Body"].read() == b"x"


def test_what_holds_a_user_is_told_and_a_repeat_finishes(account: Account) -> None:
    account.run(claim="new")
    account.aws.refuse = lambda call: (409, "DeleteConflict") if call == "DeleteUser" else None
    held = account.run("deprovision", request={"delete_data": True})
    account.aws.refuse = lambda _call: None

    reasons = {one.kind: one.reason for one in held.left}
    assert "refused DeleteUser" in reasons["user"]
    assert reasons["bucket"] == "It is kept as long as somebody of the instance may get in."
    assert account.run("deprovision", request={"delete_data": True}).status == "removed"


def test_second_user_takes_over_and_the_first_goes(account: Account) -> None:
    account.run(claim="new")
    first = account.key

    prepared = [account.run("rotate", request={"step": "prepare"}) for _ in range(2)]
    both = users(account)
    account.generation = prepared[-1].generation
    retired = [account.run("rotate", request={"step": "retire"}).status for _ in range(2)]

    assert ([one.status for one in prepared], retired) == (["prepared"] * 2, ["retired"] * 2)
    assert (both, users(account)) == ([account.user, f"{account.user}--2"], [f"{account.user}--2"])
    assert first != account.key == (account.kept["ID.2"], account.kept["SECRET.2"])
    assert (account.run().status, account.run("verify").status) == ("unchanged", "verified")


def test_former_user_stays_where_the_new_key_does_not_work(account: Account) -> None:
    account.run(claim="new")
    account.run("rotate", request={"step": "prepare"})
    account.generation = 2
    account.aws.client("iam").delete_user_policy(UserName=f"{account.user}--2", PolicyName="launchpad")

    retired = account.run("rotate", request={"step": "retire"})

    assert retired.failed
    assert "The former password was kept, as the present one does not work" in retired.details[-1]
    assert account.user in users(account)


def test_removal_takes_both_users_of_an_interrupted_rotation(account: Account) -> None:
    account.run(claim="new")
    account.run("rotate", request={"step": "prepare"})

    removed = account.run("deprovision", "new", request={"delete_data": True})

    assert (removed.status, users(account)) == ("removed", [])


def lost_once(account: Account, number: int, *, answer: bool, stays: bool) -> bool:
    account.aws.lose(number, answer=answer, stays=stays)
    outcome = account.run(claim="new")
    assert not outcome.failed or outcome.may_pass, outcome
    return account.aws.mend()


LOSSES = [
    pytest.param(29, False, True, id="some calls"),
    pytest.param(1, False, True, id="away from a call on", marks=pytest.mark.slow),
    pytest.param(1, True, True, id="away after a call", marks=pytest.mark.slow),
    pytest.param(1, True, False, id="one answer lost", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("step", "answer", "stays"), LOSSES)
def test_run_is_finished_by_a_repeat_wherever_it_was_cut(
    account: Account, step: int, answer: bool, stays: bool
) -> None:
    for number in range(1, 200, step):
        was_lost = lost_once(account, number, answer=answer, stays=stays)
        assert account.run(claim="new").isolated
        account.run()  # removes a key whose making was not heard of
        assert account.run().status == "unchanged"
        assert len(account.aws.client("iam").list_access_keys(UserName=account.user)["AccessKeyMetadata"]) == 1
        account.aws.lose(number, answer=answer, stays=stays)
        account.run("deprovision", request={"delete_data": True})
        account.aws.mend()
        assert account.run("deprovision", request={"delete_data": True}).status in ("removed", "revoked", "absent")
        left = [one["Name"] for one in account.aws.client("s3").list_buckets()["Buckets"]]
        assert (users(account), account.bucket in left) == ([], False)
        account.kept.clear()
        if not was_lost:
            return
    pytest.fail("the operation never came to its end")
