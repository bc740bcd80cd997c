"""Removal from a real MinIO, and the change of its keys."""

from __future__ import annotations

from typing import Any

import pytest
from launchpad_workflows.provisioners.storage.users import Users
from launchpad_workflows.requests import Storage

from tests.integration.conftest import Runner
from tests.integration.storage.conftest import user_of


def buckets(s3: Any, resource: Storage) -> set[str]:
    return {one["Name"] for one in s3.list_buckets()["Buckets"]} & {one.name for one in resource.buckets}


def test_access_goes_and_data_stays(runner: Runner, resource: Storage, s3: Any, users: Users) -> None:
    runner.run(resource, "new")
    s3.put_object(Bucket=resource.buckets[0].name, Key="kept", Body=b"x")

    outcome = runner.run(resource, operation="deprovision")

    assert (outcome.status, len(outcome.kept)) == ("revoked", 2)
    assert (users.find(user_of(resource)), users.policy(f"launchpad-{user_of(resource)}")) == (None, None)
    assert runner.run(resource, operation="deprovision").status == "unchanged"
    assert runner.run(resource).isolated
    assert s3.get_object(Bucket=resource.buckets[0].name, Key="kept")["Body"].read() == b"x"


def test_versions_markers_and_uploads_go_in_batches(
    runner: Runner, resource: Storage, s3: Any, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launchpad_workflows.provisioners.storage.listing.PAGE", 10)
    runner.run(resource, "new")
    name = resource.buckets[1].name
    for number in range(25):
        s3.put_object(Bucket=name, Key=f"größe & <{number}>", Body=b"x")
    s3.put_object(Bucket=name, Key="größe & <0>", Body=b"another version")
    s3.delete_object(Bucket=name, Key="größe & <1>")
    s3.create_multipart_upload(Bucket=name, Key="unfinished")

    removed = runner.run(resource, operation="deprovision", delete_data=True)

    assert (removed.status, buckets(s3, resource)) == ("removed", set())
    assert runner.run(resource, operation="deprovision", delete_data=True).status == "absent"


def test_what_is_there_is_inspected(runner: Runner, resource: Storage, s3: Any, users: Users) -> None:
    runner.run(resource, "new")
    s3.put_bucket_versioning(Bucket=resource.buckets[1].name, VersioningConfiguration={"Status": "Suspended"})

    outcome = runner.run(resource, operation="inspect", orphans=True)

    found = {one.name: (one.state, one.drift) for one in outcome.things if one.state != "missing"}
    assert found == {
        user_of(resource): ("right", ()),
        resource.buckets[0].name: ("right", ()),
        resource.buckets[1].name: ("drifted", (f"versioning of bucket {resource.buckets[1].name}",)),
    }
    assert {f"user/{user_of(resource)}", f"bucket/{resource.buckets[0].name}"} <= set(outcome.elsewhere)


def test_second_key_takes_over(runner: Runner, resource: Storage, s3: Any, users: Users) -> None:
    runner.run(resource, "new")

    prepared = [runner.run(resource, operation="rotate", step="prepare") for _ in range(2)]
    both = users.find(user_of(resource)) and users.find(user_of(resource, 2))
    after = resource.model_copy(update={"generation": prepared[-1].generation})
    runner.password = runner.following
    retired = [runner.run(after, operation="rotate", step="retire").status for _ in range(2)]

    assert ([one.status for one in prepared], bool(both), retired) == (["prepared"] * 2, True, ["retired"] * 2)
    assert (users.find(user_of(resource)), runner.run(after).status) == (None, "unchanged")


def test_lifecycle_is_kept_and_repaired(runner: Runner, resource: Storage, s3: Any, users: Users) -> None:
    bucket = resource.buckets[1].model_copy(update={"expire_old_after": 30})
    wanted = resource.model_copy(update={"buckets": (bucket,)})
    runner.run(wanted, "new")
    s3.delete_bucket_lifecycle(Bucket=bucket.name)

    assert [runner.run(wanted).status for _ in range(2)] == ["repaired", "unchanged"]


def test_encryption_that_the_store_has_no_key_for_is_told(
    runner: Runner, resource: Storage, s3: Any, users: Users
) -> None:
    bucket = resource.buckets[0].model_copy(update={"encryption": True})

    outcome = runner.run(resource.model_copy(update={"buckets": (bucket,)}), "new")

    assert not outcome.failed
    assert any(line.startswith("encryption of bucket") or "set encryption" in line for line in outcome.details)
