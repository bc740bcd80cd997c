from __future__ import annotations

from typing import Any

import botocore.exceptions
import pytest

from tests.unit.launchpad_workflows.storage.conftest import Store


def fill(s3: Any, bucket: str, count: int) -> None:
    """Versions, delete markers and an upload that nobody finished."""
    for number in range(count):
        s3.put_object(Bucket=bucket, Key=f"object-{number:04}", Body=b"x")
    s3.put_object(Bucket=bucket, Key="object-0000", Body=b"another version")
    s3.delete_object(Bucket=bucket, Key="object-0001")
    s3.create_multipart_upload(Bucket=bucket, Key="unfinished")


def is_there(s3: Any, bucket: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except botocore.exceptions.ClientError:
        return False
    return True


def test_bucket_goes_with_versions_markers_and_uploads(store: Store, s3: Any) -> None:
    store.run(claim="new", versioning=True)
    fill(s3, store.bucket, 3)

    outcome = store.run("deprovision", request={"delete_data": True})

    assert (outcome.status, is_there(s3, store.bucket)) == ("removed", False)
    assert "the instance's key is the operator's" in outcome.details[0]
    assert store.run("deprovision", request={"delete_data": True}).status == "absent"


def test_more_than_one_batch_goes(store: Store, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("launchpad_workflows.provisioners.storage.listing.PAGE", 4)
    store.run(claim="new", versioning=True)
    fill(s3, store.bucket, 10)

    assert store.run("deprovision", request={"delete_data": True}).status == "removed"


def test_bucket_is_kept_unless_its_data_is_to_go(store: Store, s3: Any) -> None:
    store.run(claim="new")

    outcome = store.run("deprovision")

    assert (outcome.status, outcome.kept, is_there(s3, store.bucket)) == (
        "unchanged",
        (f"bucket/{store.bucket}",),
        True,
    )


def test_bucket_of_another_instance_is_left_alone(store: Store, s3: Any) -> None:
    s3.create_bucket(Bucket=store.bucket)
    tag = {"TagSet": [{"Key": "launchpad-instance", "Value": "beta"}]}
    s3.put_bucket_tagging(Bucket=store.bucket, Tagging=tag)

    recorded = store.run("deprovision", request={"delete_data": True})
    claimed = store.run("deprovision", "new", request={"delete_data": True})

    assert (recorded.failed, "is instance beta's" in recorded.left[0].reason) == (True, True)
    assert (claimed.failed, claimed.released, is_there(s3, store.bucket)) == (False, (f"bucket/{store.bucket}",), True)


def test_locked_objects_are_told_and_a_repeat_finishes(store: Store, s3: Any) -> None:
    s3.create_bucket(Bucket=store.bucket, ObjectLockEnabledForBucket=True)
    s3.put_object(
        Bucket=store.bucket, Key="locked", Body=b"x", ObjectLockLegalHoldStatus="ON", ChecksumAlgorithm="SHA256"
    )

    held = store.run("deprovision", request={"delete_data": True})
    s3.put_object_legal_hold(Bucket=store.bucket, Key="locked", LegalHold={"Status": "OFF"})

    assert held.failed
    assert "1 objects of bucket" in held.left[0].reason
    assert "locked" in held.left[0].reason
    assert store.run("deprovision", request={"delete_data": True}).status == "removed"
