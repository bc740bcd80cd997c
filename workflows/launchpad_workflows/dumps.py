"""Last copies of data, as objects in a bucket of a registered store.

Each copy ends with a small object that lists its files with size and SHA-256. It is written last, so that a copy with
it is whole: a run that is repeated finds it and does not write over it what is left of the data by then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import quote

from launchpad_workflows.credentials import CA, PASSWORD, USERNAME, optional
from launchpad_workflows.errors import ProvisioningError, Refused
from launchpad_workflows.items import Item
from launchpad_workflows.outcomes import Copy
from launchpad_workflows.provisioners.base import Provisioner
from launchpad_workflows.provisioners.storage.client import Address, Missing, connected, translated
from launchpad_workflows.requests import Dump

_PART = 16 << 20
"""Bytes; a store takes 10,000 parts, so that a file may have 156 GiB."""


def save(dump: Dump, provisioner: Provisioner[Any], item: Item) -> tuple[Copy, ...]:
    """The files of one copy: those of an earlier run where it has ended, else of a new one."""
    read = partial(provisioner.context.credentials.admin, "storage", dump.server)
    ca = optional(provisioner.context.credentials, "storage", dump.server, CA)
    address = Address(dump.server, dump.endpoint.rstrip("/"), dump.region, dump.addressing, ca)
    place = f"{item.resource}-{item.server}"
    with connected(address, read(USERNAME), read(PASSWORD)) as client:
        files = BucketFiles(client, address, dump.bucket, f"{dump.prefix}{place}/", item)
        end = f"{dump.prefix}{place}-{item.kind}-{quote(item.name, safe='')}.json"
        known = files.read(end)
        if known is not None:
            return tuple(Copy.model_validate(one) for one in json.loads(known))
        provisioner.dump(item, files)
        files.put(end, json.dumps([copy.model_dump() for copy in files.copies], indent=2).encode())
        return tuple(files.copies)


@dataclass
class BucketFiles:
    """Writes files below a prefix of a bucket."""

    client: Any
    address: Address
    bucket: str
    prefix: str
    item: Item
    copies: list[Copy] = field(default_factory=list)

    @contextmanager
    def open(self, name: str) -> Iterator[Upload]:
        """An object that is there, whole, only if the block ends well."""
        key = self.prefix + name
        with self._translated():
            number = self.client.create_multipart_upload(Bucket=self.bucket, Key=key)["UploadId"]
        upload = Upload(self, key, str(number))
        try:
            yield upload
            upload.complete()
        except BaseException:
            with suppress(ProvisioningError), self._translated():
                self.client.abort_multipart_upload(Bucket=self.bucket, Key=key, UploadId=number)
            raise
        self.copies.append(
            Copy(of=self.item.key, place=f"{self.bucket}/{key}", bytes=upload.size, sha256=upload.digest.hexdigest())
        )

    def read(self, key: str) -> bytes | None:
        """A small object's content; None where there is none."""
        try:
            with self._translated():
                return bytes(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        except Missing as error:
            if error.code == "NoSuchBucket":
                raise Refused(f"Bucket {self.bucket} for the copy does not exist on {self.address}: make it.") from None
            return None

    def put(self, key: str, content: bytes) -> None:
        """A small object."""
        with self._translated():
            self.client.put_object(Bucket=self.bucket, Key=key, Body=content)

    def _translated(self) -> Any:
        return translated(self.address, "of the administrator")


class Upload:
    """One object, sent in parts as it is written."""

    def __init__(self, files: BucketFiles, key: str, number: str) -> None:
        self.size = 0
        self.digest = hashlib.sha256()
        self._files = files
        self._where = {"Bucket": files.bucket, "Key": key, "UploadId": number}
        self._buffer = bytearray()
        self._parts: list[dict[str, Any]] = []

    def write(self, data: bytes, /) -> int:
        """Keeps at most one part in memory."""
        self.digest.update(data)
        self.size += len(data)
        self._buffer += data
        while len(self._buffer) >= _PART:
            self._send(bytes(self._buffer[:_PART]))
            del self._buffer[:_PART]
        return len(data)

    def complete(self) -> None:
        """The object begins to exist, and has the size that was written."""
        if self._buffer or not self._parts:
            self._send(bytes(self._buffer))
        client = self._files.client
        with self._files._translated():
            client.complete_multipart_upload(**self._where, MultipartUpload={"Parts": self._parts})
            found = client.head_object(Bucket=self._where["Bucket"], Key=self._where["Key"])["ContentLength"]
        if found != self.size:
            raise Refused(
                f"Object {self._where['Key']} has {found} bytes instead of {self.size}: the copy is not good."
            )

    def _send(self, part: bytes) -> None:
        number = len(self._parts) + 1
        with self._files._translated():
            answer = self._files.client.upload_part(**self._where, PartNumber=number, Body=part)
        self._parts.append({"PartNumber": number, "ETag": answer["ETag"]})
