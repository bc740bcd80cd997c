"""Storage: buckets and the key that may use them."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, StringConstraints, model_validator

from launchpad_workflows.items import Item
from launchpad_workflows.requests.base import Model, Region, Resource, Url

BucketName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
AccessKey = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{2,127})?$")]
Prefix = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_/-]{0,62}/$")]
Addressing = Literal["auto", "path", "virtual"]

_GIVEN_KEYS = {"compatible", "existing"}
"""Providers with which the operator makes the key."""


class Bucket(Model):
    """A bucket. What lies below one of `public_prefixes` can be read by everybody who knows its name, nothing else.

    `encryption`: by the store's own key, for new objects. `expire_old_after`: days that replaced versions are kept.
    """

    name: BucketName
    versioning: bool = False
    encryption: bool = False
    expire_old_after: Annotated[int, Field(ge=0, le=36500)] = 0
    cors_origins: tuple[str, ...] = ()
    public_prefixes: tuple[Prefix, ...] = ()


class Storage(Resource):
    """Buckets of an S3-compatible store and the one key that may use them.

    `minio` makes the key by MinIO's admin API, `s3` by AWS's (`AmazonStorage`); `compatible` takes a key that the operator
    made and only tries it; `existing` takes the buckets too as they are. `access_key`: the user's name; it is the key's
    public half too, unless the provider chooses both halves, which then are kept under `access_key_key` and
    `secret_key_key`.
    """

    resource: Literal["storage"] = "storage"
    provider: Literal["minio", "compatible", "existing", "s3", "spaces"] = "minio"
    endpoint: Url
    region: Region = "us-east-1"
    addressing: Addressing = "path"
    buckets: tuple[Bucket, ...] = ()
    access_key: AccessKey = ""
    access_key_key: str = ""
    secret_key_key: str = ""

    user_limit: ClassVar[int] = 63
    separator: ClassVar[str] = "-"

    @model_validator(mode="after")
    def _has_a_key(self) -> Storage:
        if self.buckets and not (self.access_key and self.secret_key_key):
            raise ValueError("buckets need an access_key and a secret_key_key")
        return self

    def items(self) -> tuple[Item, ...]:
        """The key's public half where we make it, as it is called in this generation, and the buckets."""
        users = () if self.provider in _GIVEN_KEYS else self.users()
        return self._items("user", users) + self._items("bucket", (bucket.name for bucket in self.buckets))

    def users(self) -> tuple[str, ...]:
        """The public half of the key, as it is called in this generation."""
        return (self.user(self.access_key),) if self.access_key else ()

    def password_keys(self) -> tuple[str, ...]:
        """The key's secret half, where the provider does not choose it."""
        return (self.secret_key_key,) if self.secret_key_key and not self.access_key_key else ()

    def chosen_keys(self) -> tuple[str, ...]:
        """Both halves of the key, where the provider chooses it."""
        if not self.access_key_key:
            return ()
        return self.kept_as(self.access_key_key), self.kept_as(self.secret_key_key)
