"""One bucket: whether it is there, whose it is, its making and its removal."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, Any, cast

from launchpad_workflows.errors import Refused, Unsupported
from launchpad_workflows.provisioners.base import Writer
from launchpad_workflows.provisioners.storage.client import Address, Denied, Missing, translated

Tags = Mapping[str, str]
OWNER_TAG = "launchpad-instance"
_ADMINISTRATOR = "of the administrator"
_BATCH = 1000
"""Objects that one call deletes, at most."""


def exists(client: Any, address: Address, name: str) -> bool:
    """Whether the bucket exists. Raises `Denied` where it is somebody else's."""
    try:
        with translated(address, _ADMINISTRATOR):
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
    with translated(address, _ADMINISTRATOR):
        client.create_bucket(Bucket=name, **({"CreateBucketConfiguration": where} if where else {}))


def mark(client: Any, address: Address, name: str, tags: Tags) -> None:
    """Write these tags, and no others, which show whose it is if the run stops here. Raises `Unsupported`."""
    with translated(address, _ADMINISTRATOR):
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": as_list(tags)})


def tags_of(client: Any, address: Address, name: str) -> Tags:
    """What is written on the bucket."""
    try:
        with translated(address, _ADMINISTRATOR):
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
    with translated(address, _ADMINISTRATOR):
        page = client.list_objects_v2(Bucket=name, MaxKeys=1000)
    count = int(page.get("KeyCount", len(page.get("Contents", []))))
    return {"objects": f"more than {count}" if page.get("IsTruncated") else count}


def remove(client: Any, address: Address, name: str, say: Callable[[str], None]) -> None:
    """The bucket with all versions, delete markers and unfinished uploads; a repeat goes on where this one stopped."""
    if not exists(client, address, name):
        return
    removed = 0
    while page := _page_of_versions(client, address, name):
        _delete(client, address, name, page)
        removed += len(page)
        say(f"bucket {name}: {removed} objects removed")
    _abort_uploads(client, address, name)
    try:
        with translated(address, _ADMINISTRATOR):
            client.delete_bucket(Bucket=name)
    except Missing:
        return


def write_tar(client: Any, address: Address, name: str, file: Writer) -> None:
    """All objects as they are now, without former versions."""
    with tarfile.open(mode="w|", fileobj=cast("IO[bytes]", file), format=tarfile.PAX_FORMAT) as archive:
        for one in _objects(client, address, name):
            with translated(address, _ADMINISTRATOR):
                found = client.get_object(Bucket=name, Key=one["Key"])
                entry = tarfile.TarInfo(one["Key"])
                entry.size, entry.mtime = found["ContentLength"], int(found["LastModified"].timestamp())
                archive.addfile(entry, found["Body"])


def _objects(client: Any, address: Address, name: str) -> Iterator[dict[str, Any]]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket=name)
    with translated(address, _ADMINISTRATOR):
        for page in pages:
            yield from page.get("Contents", [])


def _page_of_versions(client: Any, address: Address, name: str) -> list[dict[str, str]]:
    """The first of what is there; without versions where the store does not know them."""
    try:
        with translated(address, _ADMINISTRATOR):
            page = client.list_object_versions(Bucket=name, MaxKeys=_BATCH)
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        return [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
    except Unsupported:
        with translated(address, _ADMINISTRATOR):
            page = client.list_objects_v2(Bucket=name, MaxKeys=_BATCH)
        return [{"Key": one["Key"]} for one in page.get("Contents", [])]


def _delete(client: Any, address: Address, name: str, objects: list[dict[str, str]]) -> None:
    with translated(address, _ADMINISTRATOR):
        answer = client.delete_objects(Bucket=name, Delete={"Objects": objects, "Quiet": True})
    errors = answer.get("Errors", [])
    if errors:
        first = errors[0]
        raise Refused(
            f"{len(errors)} objects of bucket {name} cannot be removed from {address}, the first is {first.get('Key')} "
            f"({first.get('Code')}): take away what locks them, then repeat."
        )


def _abort_uploads(client: Any, address: Address, name: str) -> None:
    try:
        with translated(address, _ADMINISTRATOR):
            for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=name):
                for one in page.get("Uploads", []):
                    client.abort_multipart_upload(Bucket=name, Key=one["Key"], UploadId=one["UploadId"])
    except (Unsupported, Missing):
        return
