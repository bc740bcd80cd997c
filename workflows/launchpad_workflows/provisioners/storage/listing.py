"""All names in a bucket, page by page: every version and delete marker, or the objects of a store that has no versions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from launchpad_workflows.errors import Unsupported
from launchpad_workflows.provisioners.storage.buckets import ADMINISTRATOR
from launchpad_workflows.provisioners.storage.client import Address, translated

PAGE = 1000
"""Names that one call lists and one call deletes: more is not allowed."""
Name = dict[str, str]
"""As a call that deletes takes it: the key, and its version where the store has versions."""


def pages(client: Any, address: Address, bucket: str) -> Iterator[list[Name]]:
    """None is empty. Each is given away only when the next is there: it is listed from the last name of this one, and
    a store may know no place after a name that is gone."""
    ask = partial(_versions, client, address, bucket)
    try:
        page, more = ask({})
    except Unsupported:  # here alone: later it would hide versions behind delete markers
        ask = partial(_objects, client, address, bucket)
        page, more = ask({})
    while more:
        following, more = ask(more)
        if page:
            yield page
        page = following
    if page:
        yield page


def _versions(client: Any, address: Address, bucket: str, more: Name) -> tuple[list[Name], Name]:
    """A page, and what to ask with for the next; nothing where it is the last."""
    with translated(address, ADMINISTRATOR):
        page = client.list_object_versions(Bucket=bucket, MaxKeys=PAGE, **more)
    found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
    places = {"KeyMarker": page.get("NextKeyMarker"), "VersionIdMarker": page.get("NextVersionIdMarker")}
    following = {name: place for name, place in places.items() if place and page.get("IsTruncated")}
    return [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found], following


def _objects(client: Any, address: Address, bucket: str, more: Name) -> tuple[list[Name], Name]:
    with translated(address, ADMINISTRATOR):
        page = client.list_objects_v2(Bucket=bucket, MaxKeys=PAGE, **more)
    following = {"ContinuationToken": page["NextContinuationToken"]} if page.get("IsTruncated") else {}
    return [{"Key": one["Key"]} for one in page.get("Contents", [])], following
