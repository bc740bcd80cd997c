"""Against a real MinIO: buckets, keys and policies."""

from __future__ import annotations

import json
from typing import Any

import pytest

pytest.importorskip("boto3.session", exc_type=ImportError)

import urllib3
from launchpad_workflows import names
from launchpad_workflows.provisioners.storage.client import Address
from launchpad_workflows.provisioners.storage.users import Users
from launchpad_workflows.requests import Bucket, Storage

from tests.integration.conftest import Runner
from tests.integration.storage.conftest import remove_bucket

READ_ALL = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::*"]}],
}


def test_missing_is_made_and_a_second_run_changes_nothing(
    runner: Runner, resource: Storage, s3: Any, users: Users
) -> None:
    made = runner.run(resource, "new")
    again = runner.run(resource)

    assert (made.status, made.isolated) == ("created", True)
    assert (again.status, again.isolated) == ("unchanged", True)
    assert s3.get_bucket_versioning(Bucket=resource.buckets[1].name)["Status"] == "Enabled"


def test_changed_secret_is_repaired(runner: Runner, resource: Storage, s3: Any, users: Users) -> None:
    runner.run(resource, "new")
    runner.password = "another password"

    assert (runner.run(resource).status, runner.run(resource).status) == ("repaired", "unchanged")


def test_drift_is_repaired(runner: Runner, resource: Storage, s3: Any, users: Users) -> None:
    runner.run(resource, "new")
    users._admin.attach_policy(["readwrite"], user=resource.access_key)
    users.put_policy(f"launchpad-{resource.access_key}", READ_ALL)
    s3.put_bucket_versioning(Bucket=resource.buckets[1].name, VersioningConfiguration={"Status": "Suspended"})

    repaired = runner.run(resource)

    assert (repaired.status, repaired.isolated) == ("repaired", True)
    assert len([line for line in repaired.details if line.startswith("repaired")]) == 3
    assert runner.run(resource).status == "unchanged"


def test_rights_on_a_former_bucket_stay_and_on_a_strangers_go(
    runner: Runner, resource: Storage, s3: Any, users: Users
) -> None:
    runner.run(resource, "new")
    alone = resource.model_copy(update={"buckets": resource.buckets[:1]})
    recorded = alone.model_copy(update={"claims": {f"bucket/{resource.buckets[1].name}": "ours"}})

    left = runner.run(recorded)
    stays = runner.run(resource, operation="verify").status
    taken = runner.run(alone)

    assert (left.status, left.isolated, stays) == ("unchanged", True, "verified")
    assert f"repaired policy launchpad-{resource.access_key}" in taken.details


def test_one_prefix_is_everybodys_and_nothing_else(runner: Runner, resource: Storage, s3: Any, users: Users) -> None:
    name = resource.buckets[0].name
    opened = Bucket(name=name, public_prefixes=("profile-images/",))
    wanted = resource.model_copy(update={"buckets": (opened,)})
    first = runner.run(wanted, "new")
    s3.put_object(Bucket=name, Key="profile-images/me.jpg", Body=b"me")
    s3.put_object(Bucket=name, Key="grades.csv", Body=b"secret")

    def read(path: str) -> int:
        return int(urllib3.request("GET", f"{resource.endpoint}/{name}{path}").status)

    assert (first.status, first.isolated) == ("created", True)
    assert [read(path) for path in ("/profile-images/me.jpg?v=17", "/grades.csv", "", "?prefix=profile-images/")] == [
        200,
        403,
        403,
        403,
    ]
    assert runner.run(wanted).status == "unchanged"
    s3.delete_bucket_policy(Bucket=name)
    assert (runner.run(wanted).status, read("/profile-images/me.jpg")) == ("repaired", 200)
    closed = resource.model_copy(update={"buckets": (Bucket(name=name),)})
    assert (runner.run(closed).status, read("/profile-images/me.jpg")) == ("repaired", 403)


def test_bucket_that_everybody_can_read_is_told(runner: Runner, resource: Storage, s3: Any, users: Users) -> None:
    runner.run(resource, "new")
    name = resource.buckets[0].name
    everybody = {**READ_ALL["Statement"][0], "Principal": "*", "Action": "s3:GetObject"}  # type: ignore[dict-item]
    statement = {**everybody, "Resource": f"arn:aws:s3:::{name}/*"}
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    outcome = runner.run(resource)

    assert outcome.status == "failed"
    assert f"Everybody can read bucket {name}" in outcome.details[-1]


def test_disabled_user_is_enabled(runner: Runner, resource: Storage, s3: Any, users: Users) -> None:
    runner.run(resource, "new")
    users._admin.user_disable(resource.access_key)

    assert (runner.run(resource).status, runner.run(resource).status) == ("repaired", "unchanged")


def test_foreign_bucket_is_refused_before_anything_is_made(runner: Runner, resource: Storage, s3: Any) -> None:
    s3.create_bucket(Bucket=resource.buckets[1].name)

    outcome = runner.run(resource, "new")

    assert (outcome.status, outcome.may_pass) == ("failed", False)
    assert "was not touched" in outcome.details[-1]
    assert (
        Users(Address("main", resource.endpoint, "us-east-1"), *runner.server.administrator).find(resource.access_key)
        is None
    )


def test_foreign_user_is_refused(runner: Runner, resource: Storage, s3: Any, users: Users) -> None:
    users.put(resource.access_key, "theirs-entirely")
    users.put_policy(f"launchpad-{resource.access_key}", READ_ALL)

    outcome = runner.run(resource, "new")

    assert outcome.status == "failed"
    assert "nothing shows that it is this instance's" in outcome.details[-1]


@pytest.mark.parametrize("step", ["user without policy", "one bucket"])
def test_interrupted_run_is_finished(runner: Runner, resource: Storage, s3: Any, users: Users, step: str) -> None:
    runner.run(resource, "new")
    remove_bucket(s3, resource.buckets[1].name)
    if step == "user without policy":
        remove_bucket(s3, resource.buckets[0].name)
        users._admin.detach_policy([f"launchpad-{resource.access_key}"], user=resource.access_key)

    assert runner.run(resource, "new").status in ("created", "repaired")
    assert runner.run(resource).status == "unchanged"


def test_key_that_reaches_other_buckets_is_told(runner: Runner, resource: Storage, s3: Any, users: Users) -> None:
    runner.run(resource, "new")
    users._admin.attach_policy(["readonly"], user=resource.access_key)

    outcome = runner.run(resource, operation="verify")

    assert outcome.status == "failed"
    assert "may read objects in buckets that are not its own" in outcome.details[-1]


def test_other_store_gets_buckets_but_no_key(runner: Runner, resource: Storage, s3: Any, users: Users) -> None:
    runner.run(resource, "new")  # the operator's own key stands in
    media = Bucket(name=names.bucket(runner.instance, "other"))
    user, runner.password = runner.server.administrator
    other = resource.model_copy(update={"provider": "compatible", "buckets": (media,), "access_key": user})

    made = runner.run(other, "new")
    interrupted = runner.run(other, "new")

    assert (made.status, interrupted.status) == ("created", "unchanged")
    assert not made.isolated
    assert any("isolation not verified" in line for line in made.details)


def test_other_store_refuses_a_bucket_without_our_tag(runner: Runner, resource: Storage, s3: Any) -> None:
    s3.create_bucket(Bucket=resource.buckets[0].name)

    outcome = runner.run(resource.model_copy(update={"provider": "compatible"}), "new")

    assert outcome.status == "failed"


def test_wrong_administrator_fails_for_good(runner: Runner, resource: Storage) -> None:
    outcome = runner.run(resource, "new", administrator="wrong-password")

    assert (outcome.status, outcome.may_pass) == ("failed", False)


def test_store_that_is_away_may_come_back(runner: Runner, resource: Storage) -> None:
    outcome = runner.run(resource.model_copy(update={"endpoint": f"http://{runner.server.host}:1"}), "new")

    assert (outcome.status, outcome.may_pass) == ("failed", True)


def test_check_tells_the_version(runner: Runner, resource: Storage) -> None:
    assert runner.run(resource, operation="check").details[0].startswith("MinIO ")
