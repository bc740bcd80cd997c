"""One bucket: whether it is there, what is set on it, and whether a key can use it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from launchpad_workflows.errors import NotIsolated, Refused
from launchpad_workflows.provisioners.base import PROBE, Report, foreign
from launchpad_workflows.provisioners.minio_users import same_policy
from launchpad_workflows.provisioners.s3_client import Address, Denied, Missing, Taken, Unsupported, translated
from launchpad_workflows.requests import Bucket

OWNER_TAG = "launchpad-instance"
_CLOSE_IT = "look for bucket policies that let everybody in."
_PUBLIC = "LaunchpadPublic"
"""Sid of the one statement of a bucket's policy that is ours."""


def exists(client: Any, address: Address, name: str) -> bool:
    """Whether the bucket exists; a bucket of somebody else is refused here."""
    try:
        with translated(address, "of the administrator"):
            client.head_bucket(Bucket=name)
    except Missing:
        return False
    except Denied:
        raise foreign(
            f"Bucket {name}, which the administrator may not open,", str(address), "choose another name."
        ) from None
    return True


def opens(client: Any, address: Address, name: str) -> bool:
    """Whether the client's key may list the bucket."""
    try:
        with translated(address, "of the instance"):
            client.list_objects_v2(Bucket=name, MaxKeys=1)
    except (Denied, Missing):
        return False
    return True


def converge(client: Any, address: Address, bucket: Bucket, report: Report, *, is_there: bool) -> None:
    """Make the bucket and set what is asked for, where it is not set yet."""
    if not is_there:
        _create(client, address, bucket.name)
        report.created(f"bucket {bucket.name}")
    with translated(address, "of the administrator"):
        if bucket.versioning and client.get_bucket_versioning(Bucket=bucket.name).get("Status") != "Enabled":
            client.put_bucket_versioning(Bucket=bucket.name, VersioningConfiguration={"Status": "Enabled"})
            _tell(report, f"versioning of bucket {bucket.name}", is_there=is_there)
    _close(client, address, bucket, report, is_there=is_there)
    _publish(client, address, bucket, report, is_there=is_there)
    if bucket.cors_origins:
        _allow_origins(client, address, bucket, report, is_there=is_there)


def mark(client: Any, address: Address, name: str, instance: str, report: Report) -> None:
    """Write the instance on the bucket, which shows whose it is if the run stops here."""
    try:
        with translated(address, "of the administrator"):
            client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": OWNER_TAG, "Value": instance}]})
    except Unsupported:
        report.note("the store knows no tags: if this run is interrupted, the bucket must be removed by hand")


def owner(client: Any, address: Address, name: str) -> str:
    """The instance that is written on the bucket; empty where none is."""
    try:
        with translated(address, "of the administrator"):
            tags = client.get_bucket_tagging(Bucket=name).get("TagSet", [])
    except (Missing, Unsupported, Denied):
        return ""
    return next((str(tag["Value"]) for tag in tags if tag["Key"] == OWNER_TAG), "")


def use(client: Any, address: Address, name: str) -> None:
    """Write, read and remove one object."""
    key = f".{PROBE}"
    with translated(address, "of the instance"):
        client.put_object(Bucket=name, Key=key, Body=b"own")
        content = client.get_object(Bucket=name, Key=key)["Body"].read()
        client.delete_object(Bucket=name, Key=key)
    if content != b"own":
        raise Refused(f"Store {address} does not give back what was written to bucket {name}.")


def attempts(client: Any, bucket: str) -> dict[str, Callable[[], object]]:
    """What a key might do to a bucket, by the verb to tell it with; tried on one that does not exist."""
    return {
        "list objects": lambda: client.list_objects_v2(Bucket=bucket, MaxKeys=1),
        "read objects": lambda: client.get_object(Bucket=bucket, Key=PROBE),
        "write objects": lambda: client.put_object(Bucket=bucket, Key=PROBE, Body=b""),
    }


def _create(client: Any, address: Address, name: str) -> None:
    where = {} if address.region == "us-east-1" else {"LocationConstraint": address.region}
    try:
        with translated(address, "of the administrator"):
            client.create_bucket(Bucket=name, **({"CreateBucketConfiguration": where} if where else {}))
    except Taken:  # somebody made it since we looked
        raise foreign(f"Bucket {name}", str(address), "choose another name.") from None


def look_as_nobody(client: Any, nobody: Any, address: Address, bucket: Bucket, report: Report) -> None:
    """Without a key: what is below the public prefixes can be read, nothing else, and nothing can be listed."""
    for prefix in ("", *bucket.public_prefixes):
        key = f"{prefix}.{PROBE}"
        with translated(address, "of the instance"):
            client.put_object(Bucket=bucket.name, Key=key, Body=b"own")
        try:
            opened = _opened(partial(nobody.get_object, Bucket=bucket.name, Key=key), address)
        finally:
            with translated(address, "of the instance"):
                client.delete_object(Bucket=bucket.name, Key=key)
        if opened and not prefix:
            raise NotIsolated(f"Everybody can read bucket {bucket.name} of store {address}: {_CLOSE_IT}")
        if prefix and not opened:
            report.note(f"bucket {bucket.name}: {prefix} cannot be read without a key, so profile images are not shown")
    if _opened(lambda: nobody.list_objects_v2(Bucket=bucket.name, MaxKeys=1), address):
        raise NotIsolated(f"Everybody can list bucket {bucket.name} of store {address}: {_CLOSE_IT}")
    kept = f" but {', '.join(bucket.public_prefixes)}" if bucket.public_prefixes else ""
    report.note(f"without a key nothing of bucket {bucket.name} opens{kept}")


def _opened(attempt: Callable[[], object], address: Address) -> bool:
    try:
        with translated(address, "of nobody"):
            attempt()
    except (Denied, Missing):
        return False
    return True


def _publish(client: Any, address: Address, bucket: Bucket, report: Report, *, is_there: bool) -> None:
    """One statement of the bucket's policy is ours; an operator's others stay, and the verification looks at them."""
    arn = f"arn:aws:s3:::{bucket.name}"
    ours = {
        "Sid": _PUBLIC,
        "Effect": "Allow",
        "Principal": {"AWS": ["*"]},
        "Action": ["s3:GetObject"],
        "Resource": [f"{arn}/{prefix}*" for prefix in bucket.public_prefixes],
    }
    try:
        with translated(address, "of the administrator"):
            try:
                found = json.loads(client.get_bucket_policy(Bucket=bucket.name)["Policy"]).get("Statement", [])
            except client.exceptions.ClientError as error:
                if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
                    raise
                found = []
            others = [statement for statement in found if statement.get("Sid") != _PUBLIC]
            wanted = [*others, ours] if bucket.public_prefixes else others
            if same_policy({"Statement": found}, {"Statement": wanted}):
                return
            if wanted:
                policy = json.dumps({"Version": "2012-10-17", "Statement": wanted})
                client.put_bucket_policy(Bucket=bucket.name, Policy=policy)
            else:
                client.delete_bucket_policy(Bucket=bucket.name)
    except (Unsupported, Denied) as error:
        if bucket.public_prefixes:
            report.note(f"the policy of bucket {bucket.name} could not be set: {error}")
        return
    _tell(report, f"policy of bucket {bucket.name}", is_there=is_there)


def _close(client: Any, address: Address, bucket: Bucket, report: Report, *, is_there: bool) -> None:
    """Block public access where the store knows how; MinIO does not, and opens nothing by itself.

    A policy may open the public prefixes, where there are any; access lists never open anything.
    """
    name, by_policy = bucket.name, not bucket.public_prefixes
    closed = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": True,
        "BlockPublicPolicy": by_policy,
        "RestrictPublicBuckets": by_policy,
    }
    try:
        with translated(address, "of the administrator"):
            found = client.get_public_access_block(Bucket=name).get("PublicAccessBlockConfiguration", {})
    except (Unsupported, Denied):
        return
    except Refused:  # NoSuchPublicAccessBlockConfiguration
        found = {}
    if found == closed:
        return
    try:
        with translated(address, "of the administrator"):
            client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
    except (Unsupported, Denied):
        return
    _tell(report, f"public access block of bucket {name}", is_there=is_there)


def _allow_origins(client: Any, address: Address, bucket: Bucket, report: Report, *, is_there: bool) -> None:
    rule = {
        "AllowedOrigins": sorted(bucket.cors_origins),
        "AllowedMethods": ["GET", "HEAD", "PUT", "POST"],
        "AllowedHeaders": ["*"],
        "MaxAgeSeconds": 3600,
    }
    try:
        with translated(address, "of the administrator"):
            try:
                found = client.get_bucket_cors(Bucket=bucket.name).get("CORSRules", [])
            except client.exceptions.ClientError as error:
                if error.response["Error"]["Code"] != "NoSuchCORSConfiguration":
                    raise
                found = []
            if found == [rule]:
                return
            client.put_bucket_cors(Bucket=bucket.name, CORSConfiguration={"CORSRules": [rule]})
    except Unsupported:
        report.note("the store has no CORS rules of its own per bucket; set the origins on the server")
        return
    _tell(report, f"CORS rules of bucket {bucket.name}", is_there=is_there)


def _tell(report: Report, what: str, *, is_there: bool) -> None:
    if is_there:
        report.repaired(what)
    else:
        report.note(f"set {what}")
