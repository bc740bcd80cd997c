"""Storage of AWS: buckets, and the IAM user whose key may use them."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import StringConstraints, model_validator

from launchpad_workflows.requests.base import Url
from launchpad_workflows.requests.storage import Addressing, Storage

Path = Annotated[str, StringConstraints(pattern=r"^/([A-Za-z0-9._-]+/)*$", max_length=512)]
PolicyArn = Annotated[
    str,
    StringConstraints(pattern=r"^(arn:aws[a-z-]*:iam::([0-9]+|aws):policy/[A-Za-z0-9_+=,.@/-]+)?$", max_length=512),
]
OptionalUrl = Annotated[str, StringConstraints(pattern=r"^(https?://[A-Za-z0-9._:\[\]-]+/?)?$")]
_PARTITIONS = {
    "cn-": ("aws-cn", "amazonaws.com.cn"),
    "us-gov-": ("aws-us-gov", "amazonaws.com"),
    "eusc-": ("aws-eusc", "amazonaws.eu"),
}
_USER_LIMIT = 64


class AmazonStorage(Storage):
    """`path`: of the users, by which the administrator's rights can be limited; `permissions_boundary`: of each of them.

    The endpoint follows from the region. `iam_endpoint` is for stores that only speak like AWS.
    """

    provider: Literal["s3"] = "s3"
    endpoint: Url = ""
    addressing: Addressing = "auto"
    path: Path = "/launchpad/"
    permissions_boundary: PolicyArn = ""
    iam_endpoint: OptionalUrl = ""

    server_options: ClassVar[tuple[str, ...]] = ("path", "permissions_boundary", "iam_endpoint")
    server_derived: ClassVar[tuple[str, ...]] = ("endpoint", "addressing")

    @model_validator(mode="before")
    @classmethod
    def _derive_endpoint(cls, values: Any) -> Any:
        if not isinstance(values, dict) or values.get("endpoint"):
            return values
        region = values.get("region")
        if not region:
            raise ValueError("a store of AWS needs its region")
        return {**values, "endpoint": f"https://s3.{region}.{partition(str(region))[1]}"}

    @model_validator(mode="after")
    def _keeps_the_key(self) -> AmazonStorage:
        if self.buckets and not self.access_key_key:
            raise ValueError("AWS chooses the key, so that an access_key_key is needed to keep it under")
        if len(self.access_key) > _USER_LIMIT:
            raise ValueError(
                f"access_key {self.access_key} is longer than the {_USER_LIMIT} characters of a user of AWS"
            )
        return self

    @property
    def partition(self) -> str:
        """In which all its names (ARNs) begin."""
        return partition(self.region)[0]


def partition(region: str) -> tuple[str, str]:
    """The part of AWS that a region belongs to, and its domain."""
    found = (place for start, place in _PARTITIONS.items() if region.startswith(start))
    return next(found, ("aws", "amazonaws.com"))
