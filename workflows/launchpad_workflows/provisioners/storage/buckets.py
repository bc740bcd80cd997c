"""One bucket: whether it is there, whose it is, its making and what is in it."""

from __future__ import annotations

import tarfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any, cast

from launchpad_workflows.errors import Unsupported
from launchpad_workflows.provisioners.base import Writer
from launchpad_workflows.provisioners.storage.client import Address, Denied, Missing, translated

Tags = Mapping[str, str]
OWNER_TAG = "launchpad-instance"
ADMINISTRATOR = "of the administrator"
"""How errors speak of the key."""


def exists(client: Any, address: Address, name: str) -> bool:
    """Whether the bucket exists. Raises `Denied` where it is somebody else's."""
    try:
        with translated(address, ADMINISTRATOR):
            client.head_bucket(Bucket=name)
    except Missing:
        return False
    return True


def opens(client: Any, address: Address, name: str) -> bool:
    """Whether the client's key may list the bucket."""
    try:
        with translated(address, "of the instance"):
            client.list_objects_v2(Bucket=name, MaxKeys=1)
    except (Denied, Missing):
        return False
    return True


def create(client: Any, address: Address, name: str) -> None:
    """Raises `Taken` where it exists."""
    where = {} if address.region == "us-east-1" else {"LocationConstraint": address.region}
    with translated(address, ADMINISTRATOR):
        client.create_bucket(Bucket=name, **({"CreateBucketConfiguration": where} if where else {}))


def mark(client: Any, address: Address, name: str, tags: Tags) -> None:
    """Write these tags, and no others, which show whose it is if the run stops here. Raises `Unsupported`."""
    with translated(address, ADMINISTRATOR):
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": as_list(tags)})


def tags_of(client: Any, address: Address, name: str) -> Tags:
    """What is written on the bucket."""
    try:
        with translated(address, ADMINISTRATOR):
            return as_tags(client.get_bucket_tagging(Bucket=name).get("TagSet", []))
    except Missing:
        return {}


def owner(client: Any, address: Address, name: str) -> str:
    """The instance that is written on the bucket; empty where none is, or where nobody can tell."""
    try:
        return tags_of(client, address, name).get(OWNER_TAG, "")
    except (Unsupported, Denied):
        return ""


def as_tags(found: Iterable[Mapping[str, str]]) -> Tags:
    """Tags as a mapping."""
    return {tag["Key"]: tag["Value"] for tag in found}


def as_list(tags: Tags) -> list[dict[str, str]]:
    """Tags as calls take them."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def facts(client: Any, address: Address, name: str) -> dict[str, int | str]:
    """How many objects there are, as far as one call tells."""
    with translated(address, ADMINISTRATOR):
        page = client.list_objects_v2(Bucket=name, MaxKeys=1000)
    count = int(page.get("KeyCount", len(page.get("Contents", []))))
    return {"objects": f"more than {count}" if page.get("IsTruncated") else count}


def write_tar(client: Any, address: Address, name: str, file: Writer) -> None:
    """All objects as they are now, without former versions."""
    with tarfile.open(mode="w|", fileobj=cast("IO[bytes]", file), format=tarfile.PAX_FORMAT) as archive:
        for one in _objects(client, address, name):
            with translated(address, ADMINISTRATOR):
                found = client.get_object(Bucket=name, Key=one["Key"])
                entry = tarfile.TarInfo(one["Key"])
                entry.size, entry.mtime = found["ContentLength"], int(found["LastModified"].timestamp())
                archive.addfile(entry, found["Body"])


def _objects(client: Any, address: Address, name: str) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=name)
    with translated(address, ADMINISTRATOR):
        for page in pages:
            yield from page.get("Contents", [])
