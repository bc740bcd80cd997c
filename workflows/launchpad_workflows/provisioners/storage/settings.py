"""What is set on a bucket, and what would make it as it was asked for. Settings of the operator's own stay."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from launchpad_workflows.errors import Unsupported
from launchpad_workflows.patience import Patience
from launchpad_workflows.provisioners.base import Fix
from launchpad_workflows.provisioners.storage.client import Address, Denied, Missing, translated
from launchpad_workflows.provisioners.storage.policies import same_policy
from launchpad_workflows.requests import Bucket

Object = dict[str, Any]
_PUBLIC = "LaunchpadPublic"
"""Sid of the one statement of a bucket's policy that is ours."""
_OLD = "launchpad-old-versions"
"""Name of the one rule of a bucket's lifecycle that is ours."""
_ENCRYPTED = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]


@dataclass(frozen=True)
class Settings:
    """One bucket's, as the administrator sees them."""

    client: Any
    address: Address
    bucket: Bucket
    patience: Patience

    def drift(self) -> tuple[Fix, ...]:
        """What has to be changed, in the order in which it has to be."""
        access, policy = self._public_access(), self._policy()
        if access and policy:  # a store may take a moment to know that policies are blocked no more
            policy = replace(policy, apply=partial(self.patience.until, policy.apply, Unsupported))
        found = (self._versioning(), access, policy, self._encryption(), self._lifecycle(), self._cors())
        return tuple(fix for fix in found if fix is not None)

    def _versioning(self) -> Fix | None:
        status = self._read("get_bucket_versioning").get("Status")
        if not self.bucket.versioning or status == "Enabled":
            return None
        return self._fix("versioning", "put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})

    def _public_access(self) -> Fix | None:
        """Blocked where the store knows how; MinIO does not, and opens nothing by itself.

        A policy may open the public prefixes, where there are any; access lists never open anything.
        """
        by_policy = not self.bucket.public_prefixes
        closed = {
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": by_policy,
            "RestrictPublicBuckets": by_policy,
        }
        try:
            found = self._read("get_public_access_block").get("PublicAccessBlockConfiguration", {})
        except (Unsupported, Denied):
            return None
        if found == closed:
            return None
        return self._fix("public access block", "put_public_access_block", PublicAccessBlockConfiguration=closed)

    def _policy(self) -> Fix | None:
        """One statement of it is ours; the verification looks at what an operator's others open."""
        arn = f"arn:{self.address.partition}:s3:::{self.bucket.name}"
        ours = {
            "Sid": _PUBLIC,
            "Effect": "Allow",
            "Principal": {"AWS": ["*"]},
            "Action": ["s3:GetObject"],
            "Resource": [f"{arn}/{prefix}*" for prefix in self.bucket.public_prefixes],
        }
        try:
            found = json.loads(self._read("get_bucket_policy").get("Policy", "{}")).get("Statement", [])
        except (Unsupported, Denied):
            found = []
        others = [statement for statement in found if statement.get("Sid") != _PUBLIC]
        wanted = [*others, ours] if self.bucket.public_prefixes else others
        if same_policy({"Statement": found}, {"Statement": wanted}):
            return None
        if not wanted:
            return self._fix("policy", "delete_bucket_policy")
        text = json.dumps({"Version": "2012-10-17", "Statement": wanted})
        return self._fix("policy", "put_bucket_policy", Policy=text)

    def _encryption(self) -> Fix | None:
        if not self.bucket.encryption:
            return None
        try:
            found = self._read("get_bucket_encryption").get("ServerSideEncryptionConfiguration", {}).get("Rules")
        except (Unsupported, Denied):
            found = None
        if found:  # a rule with a key of the operator's own is as good
            return None
        return self._fix("encryption", "put_bucket_encryption", ServerSideEncryptionConfiguration={"Rules": _ENCRYPTED})

    def _lifecycle(self) -> Fix | None:
        days = self.bucket.expire_old_after
        try:
            found = self._read("get_bucket_lifecycle_configuration").get("Rules", [])
        except (Unsupported, Denied):
            found = []
        ours = [rule for rule in found if rule.get("ID") == _OLD]
        wanted = [_expiring(days)] if days else []
        if [_days(rule) for rule in ours] == [_days(rule) for rule in wanted]:
            return None
        rules = [rule for rule in found if rule.get("ID") != _OLD] + wanted
        if not rules:
            return self._fix("lifecycle", "delete_bucket_lifecycle")
        return self._fix("lifecycle", "put_bucket_lifecycle_configuration", LifecycleConfiguration={"Rules": rules})

    def _cors(self) -> Fix | None:
        if not self.bucket.cors_origins:
            return None
        rule = {
            "AllowedOrigins": sorted(self.bucket.cors_origins),
            "AllowedMethods": ["GET", "HEAD", "PUT", "POST"],
            "AllowedHeaders": ["*"],
            "MaxAgeSeconds": 3600,
        }
        try:
            found = self._read("get_bucket_cors").get("CORSRules", [])
        except (Unsupported, Denied):
            found = []
        if [{key: one.get(key) for key in rule} for one in found] == [rule]:
            return None
        return self._fix("CORS rules", "put_bucket_cors", certain=bool(found), CORSConfiguration={"CORSRules": [rule]})

    def _read(self, call: str) -> Object:
        """The answer; empty where nothing of the kind is set."""
        try:
            with translated(self.address, "of the administrator"):
                return dict(getattr(self.client, call)(Bucket=self.bucket.name))
        except Missing:
            return {}

    def _fix(self, what: str, call: str, *, certain: bool = True, **arguments: Any) -> Fix:
        act = partial(getattr(self.client, call), Bucket=self.bucket.name, **arguments)
        return Fix(f"{what} of bucket {self.bucket.name}", partial(self._apply, what, act), certain)

    def _apply(self, what: str, act: Callable[[], object]) -> None:
        """What a store does not know or its owner does not allow is told, as the bucket can be used without it."""
        try:
            with translated(self.address, "of the administrator"):
                act()
        except (Unsupported, Denied) as error:
            hint = _HINTS.get(what, "")
            raise Unsupported(f"{what} of bucket {self.bucket.name} cannot be set: {error}{hint}") from error


_HINTS = {
    "CORS rules": " The store may have rules of its own for all buckets: set the origins there.",
    "policy": " What lies below its public prefixes can only be read with a key.",
}


def _expiring(days: int) -> Object:
    return {
        "ID": _OLD,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "NoncurrentVersionExpiration": {"NoncurrentDays": days},
    }


def _days(rule: Object) -> tuple[object, object]:
    return rule.get("Status"), rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays")
