"""Policies in AWS's language, which other stores speak too."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

Policy = dict[str, Any]
_BUCKET_ACTIONS = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
_OBJECT_ACTIONS = [
    "s3:AbortMultipartUpload",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:ListMultipartUploadParts",
    "s3:PutObject",
]


def policy_for(buckets: Sequence[str], partition: str = "aws") -> Policy:
    """What a key may do: everything with the objects of these buckets, nothing with their settings."""
    arns = [f"arn:{partition}:s3:::{bucket}" for bucket in sorted(buckets)]
    return {
        "Version": "2012-10-17",
        "Statement": [
            _allow(_BUCKET_ACTIONS, arns),
            _allow(_OBJECT_ACTIONS, [f"{arn}/*" for arn in arns]),
        ],
    }


def buckets_of(policy: Policy) -> list[str]:
    """The buckets that a policy of ours names."""
    found = (arn for statement in policy.get("Statement", []) for arn in _as_list(statement.get("Resource")))
    return sorted({arn.partition(":s3:::")[2].partition("/")[0] for arn in found} - {""})


def as_text(policy: Policy) -> str:
    """As calls take it; the same policy gives the same text."""
    return json.dumps(policy, sort_keys=True)


def same_policy(one: Policy, other: Policy) -> bool:
    """Whether two policies say the same, whatever their order and the server's own additions."""
    return _statements(one) == _statements(other)


def _allow(actions: list[str], resources: list[str]) -> Policy:
    return {"Effect": "Allow", "Action": actions, "Resource": resources}


def _statements(policy: Policy) -> set[tuple[Any, ...]]:
    return {
        (
            statement.get("Effect"),
            frozenset(_as_list(statement.get("Action"))),
            frozenset(_as_list(statement.get("Resource"))),
            json.dumps(_principal(statement), sort_keys=True),
            json.dumps(statement.get("Condition") or {}, sort_keys=True),
        )
        for statement in policy.get("Statement", [])
    }


def _principal(statement: Policy) -> Any:
    """Whom a bucket's policy is about; `*` is written in several ways."""
    found = statement.get("Principal")
    found = {"AWS": "*"} if found == "*" else found
    return {"AWS": sorted(_as_list(found.get("AWS")))} if isinstance(found, dict) and set(found) == {"AWS"} else found


def _as_list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])
