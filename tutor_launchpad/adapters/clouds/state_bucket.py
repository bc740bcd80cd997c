"""The bucket that keeps the state: private, encrypted, with versions; each is looked at first and put right alone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import botocore.exceptions as botocore

from tutor_launchpad.adapters.clouds.aws_errors import code
from tutor_launchpad.core.errors import Forbidden, Refused
from tutor_launchpad.core.infrastructure.clouds import Say

BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
ENCRYPTION = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}
PROBE = "cluster/.lock-probe"
Asked = Callable[[str], AbstractContextManager[None]]
"""Turns the library's errors into ours while something is done."""


@dataclass(frozen=True)
class StateBucket:
    """One bucket. `complete`: the store has encryption and a public access block, as S3 has and Spaces has not."""

    client: Any
    name: str
    region: str
    asked: Asked
    complete: bool = True

    def exists(self) -> bool:
        """Whether it is there; `Forbidden` where it is another's, `Refused` where it is in another region."""
        with self.asked(f"look for the bucket {self.name}"):
            try:
                self.client.head_bucket(Bucket=self.name)
            except botocore.ClientError as error:
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
                if status == 404:
                    return False
                if status == 403:
                    raise Forbidden(
                        f"The bucket {self.name} for the state is another account's, or these credentials may not open it: "
                        "use those of the account that has this cluster."
                    ) from error
                if status == 301:
                    raise Refused([
                        f"The bucket {self.name} for the state is in another region than {self.region}: correct the region "
                        "in cluster.yml."
                    ]) from error  # fmt: skip
                raise
        return True

    def keep(self, say: Say) -> None:
        """Make it where it is missing, and put right what it lacks."""
        if not self.exists():
            say(f"making the bucket {self.name} for the state")
            with self.asked(f"make the bucket {self.name}"):
                self.client.create_bucket(Bucket=self.name, **self._place())
        with self.asked(f"protect the bucket {self.name}"):
            if self.client.get_bucket_versioning(Bucket=self.name).get("Status") != "Enabled":
                say(f"turning versions on in the bucket {self.name}")
                enabled = {"Status": "Enabled"}
                self.client.put_bucket_versioning(Bucket=self.name, VersioningConfiguration=enabled)
            if self.complete:
                self._close(say)

    def _place(self) -> dict[str, Any]:
        if not self.complete:
            return {"ACL": "private"}
        # S3's oldest region is no LocationConstraint.
        return {} if self.region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": self.region}}

    def _close(self, say: Say) -> None:
        if self._read("get_public_access_block", "PublicAccessBlockConfiguration") != BLOCKED:
            say(f"closing the bucket {self.name} to the public")
            self.client.put_public_access_block(Bucket=self.name, PublicAccessBlockConfiguration=BLOCKED)
        if not self._read("get_bucket_encryption", "ServerSideEncryptionConfiguration"):
            say(f"turning encryption on in the bucket {self.name}")
            self.client.put_bucket_encryption(Bucket=self.name, ServerSideEncryptionConfiguration=ENCRYPTION)

    def _read(self, method: str, key: str) -> Any:
        try:
            return getattr(self.client, method)(Bucket=self.name)[key]
        except botocore.ClientError as error:
            if code(error) in (
                "NoSuchPublicAccessBlockConfiguration",
                "ServerSideEncryptionConfigurationNotFoundError",
            ):
                return None
            raise

    def locks(self) -> bool:
        """Whether a second writer is kept out, tried: S3 promises it, and other stores accept the condition and ignore it."""
        with self.asked(f"write into the bucket {self.name}"):
            self.client.delete_object(Bucket=self.name, Key=PROBE)
            try:
                for _ in range(2):
                    self.client.put_object(Bucket=self.name, Key=PROBE, Body=b"", IfNoneMatch="*")
            except botocore.ClientError as error:
                return code(error) in ("PreconditionFailed", "412")
            finally:
                self.client.delete_object(Bucket=self.name, Key=PROBE)
        return False


def empty(client: Any, name: str) -> None:
    """Remove all versions, marks of deletion and unfinished uploads of a bucket."""
    for page in client.get_paginator("list_object_versions").paginate(Bucket=name):
        found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        keys = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
        if keys:
            client.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})
    for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=name):
        for one in page.get("Uploads", []):
            client.abort_multipart_upload(Bucket=name, Key=one["Key"], UploadId=one["UploadId"])
