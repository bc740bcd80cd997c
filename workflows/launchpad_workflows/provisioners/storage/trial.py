"""What a key, and what nobody, can do with buckets."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from launchpad_workflows.errors import NotIsolated, Refused
from launchpad_workflows.provisioners.base import PROBE
from launchpad_workflows.provisioners.storage.client import Address, Denied, Missing, translated
from launchpad_workflows.report import Report
from launchpad_workflows.requests import Bucket

NEIGHBOUR = f"{PROBE}-neighbour".replace("_", "-")
_CLOSE_IT = "look for bucket policies that let everybody in."


def use(client: Any, address: Address, name: str) -> None:
    """Write, read and remove one object."""
    key = f".{PROBE}"
    with translated(address, "of the instance"):
        client.put_object(Bucket=name, Key=key, Body=b"own")
        content = client.get_object(Bucket=name, Key=key)["Body"].read()
        client.delete_object(Bucket=name, Key=key)
    if content != b"own":
        raise Refused(f"Store {address} does not give back what was written to bucket {name}.")


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


def reached(client: Any, address: Address, key: str) -> str:
    """What a key may do in a bucket that does not exist; empty where nothing.

    For stores that refuse before they look whether a bucket is there, as MinIO and AWS do.
    """
    attempts: dict[str, Callable[[], object]] = {
        "list objects": lambda: client.list_objects_v2(Bucket=NEIGHBOUR, MaxKeys=1),
        "read objects": lambda: client.get_object(Bucket=NEIGHBOUR, Key=PROBE),
        "write objects": lambda: client.put_object(Bucket=NEIGHBOUR, Key=PROBE, Body=b""),
        "make buckets": lambda: client.create_bucket(Bucket=NEIGHBOUR),
    }
    for what, attempt in attempts.items():
        try:
            with translated(address, key):
                attempt()
        except Denied:
            continue
        except Missing:
            pass
        if what == "make buckets":
            with translated(address, key):
                client.delete_bucket(Bucket=NEIGHBOUR)
        return what
    return ""


def _opened(attempt: Callable[[], object], address: Address) -> bool:
    try:
        with translated(address, "of nobody"):
            attempt()
    except (Denied, Missing):
        return False
    return True
