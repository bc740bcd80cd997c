from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.launchpad_workflows.storage.conftest import Store

WANTED: dict[str, Any] = {
    "versioning": True,
    "encryption": True,
    "expire_old_after": 30,
    "cors_origins": ["https://lms.example"],
    "public_prefixes": ["profile-images/"],
}
DRIFTS: dict[str, tuple[str, dict[str, Any]]] = {
    "versioning": ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Suspended"}}),
    "public access block": ("delete_public_access_block", {}),
    "policy": ("delete_bucket_policy", {}),
    "encryption": ("delete_bucket_encryption", {}),
    "lifecycle": ("delete_bucket_lifecycle", {}),
    "CORS rules": ("delete_bucket_cors", {}),
}


def repaired(store: Store, **wanted: Any) -> list[str]:
    return [line for line in store.run(**wanted).details if line.startswith("repaired")]


def test_bucket_is_made_with_all_that_is_asked_for(store: Store) -> None:
    made = store.run(claim="new", **WANTED)

    assert made.status == "created"
    assert {what for what in DRIFTS if f"set {what} of bucket {store.bucket}" in made.details} == set(DRIFTS)
    assert store.run(**WANTED).status == "unchanged"


@pytest.mark.parametrize("what", DRIFTS)
def test_setting_that_drifted_is_repaired_and_nothing_else(store: Store, s3: Any, what: str) -> None:
    store.run(claim="new", **WANTED)
    call, arguments = DRIFTS[what]
    getattr(s3, call)(Bucket=store.bucket, **arguments)

    inspected = store.run("inspect", **WANTED).things[0]
    lines = repaired(store, **WANTED)

    assert inspected.drift == (() if what == "CORS rules" else (f"{what} of bucket {store.bucket}",))
    assert lines == [f"repaired {what} of bucket {store.bucket}"]
    assert store.run(**WANTED).status == "unchanged"


def test_operators_own_rules_and_statements_stay(store: Store, s3: Any) -> None:
    store.run(claim="new", **WANTED)
    rule = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=store.bucket, LifecycleConfiguration={"Rules": [rule]})
    statement = {
        "Sid": "Theirs",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{store.bucket}/keep/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    s3.put_bucket_policy(Bucket=store.bucket, Policy=policy)

    assert len(repaired(store, **WANTED)) == 2
    rules = s3.get_bucket_lifecycle_configuration(Bucket=store.bucket)["Rules"]
    assert [one["ID"] for one in rules] == ["theirs", "launchpad-old-versions"]
    sids = [one["Sid"] for one in json.loads(s3.get_bucket_policy(Bucket=store.bucket)["Policy"])["Statement"]]
    assert sids == ["Theirs", "LaunchpadPublic"]


def test_what_is_no_longer_wanted_of_ours_goes(store: Store, s3: Any) -> None:
    store.run(claim="new", **WANTED)

    lines = repaired(store)

    assert {line.split(" of ")[0] for line in lines} == {
        "repaired public access block",
        "repaired policy",
        "repaired lifecycle",
    }
    assert store.run().status == "unchanged"
