"""One bucket: whether it is there, what is set on it, and whether a key can use it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from launchpad_workflows.errors import Refused
from launchpad_workflows.provisioners.base import PROBE, Report, foreign
from launchpad_workflows.provisioners.s3_client import Address, Denied, Missing, Taken, Unsupported, translated
from launchpad_workflows.requests import Bucket

OWNER_TAG = "launchpad-instance"
_CLOSED = {"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}


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
    _close(client, address, bucket.name, report, is_there=is_there)
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


def _close(client: Any, address: Address, name: str, report: Report, *, is_there: bool) -> None:
    """Block public access where the store knows how; MinIO does not, and opens nothing by itself."""
    try:
        with translated(address, "of the administrator"):
            found = client.get_public_access_block(Bucket=name).get("PublicAccessBlockConfiguration", {})
    except (Unsupported, Denied):
        return
    except Refused:  # NoSuchPublicAccessBlockConfiguration
        found = {}
    if found == _CLOSED:
        return
    try:
        with translated(address, "of the administrator"):
            client.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=_CLOSED)
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
