"""The object by which a bucket says whose it is, where a store keeps no tags."""

from __future__ import annotations

from typing import Any

from launchpad_workflows.provisioners.storage.client import Address, Missing, translated

OBJECT = ".launchpad-instance"
_ADMINISTRATOR = "of the administrator"


def sign(client: Any, address: Address, bucket: str, owner: str) -> None:
    """Write the owner into it."""
    with translated(address, _ADMINISTRATOR):
        client.put_object(Bucket=bucket, Key=OBJECT, Body=owner.encode(), ContentType="text/plain")


def signature(client: Any, address: Address, bucket: str) -> str:
    """The owner; empty where none is written, or where there is no bucket."""
    try:
        with translated(address, _ADMINISTRATOR):
            return str(client.get_object(Bucket=bucket, Key=OBJECT)["Body"].read(200).decode("utf-8", "replace"))
    except Missing:
        return ""
