"""What a key can do with the other buckets of its account, where a bucket that does not exist proves nothing.

AWS may answer that a bucket does not exist before it looks at rights, so that real ones are tried. Nothing is changed
there, also where a key gets in: what would be written has a digest that is not its own, which a store refuses last.
"""

from __future__ import annotations

import secrets
from base64 import b64encode
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import md5
from typing import Any

from launchpad_workflows.errors import NotIsolated, Refused
from launchpad_workflows.provisioners.base import PROBE
from launchpad_workflows.provisioners.storage import buckets, emptying
from launchpad_workflows.provisioners.storage.client import Address, Denied, Elsewhere, Missing, translated
from launchpad_workflows.report import Report

_TRIED = 3
"""Neighbours that are tried; all have the same rights or a policy of their own that lets somebody in."""
_OTHER_DIGEST = b64encode(md5(b"other", usedforsecurity=False).digest()).decode()


def stay_out(own: Any, address: Address, user: str, others: Sequence[str], report: Report) -> None:
    """Raises `NotIsolated` where the key of the user gets in anywhere, or may make buckets. No neighbour, no proof."""
    tried = 0
    for bucket in sorted(others, key=lambda name: ("--" not in name, name)):
        with suppress(Elsewhere):
            _stay_out_of(bucket, own, address, user)
            tried += 1
        if tried == _TRIED:
            break
    made = f"{PROBE}-{secrets.token_hex(8)}".replace("_", "-")
    if _let_in(lambda: buckets.create(own, address, made), address):
        emptying.remove(own, address, made, report.say)
        raise _reached("make buckets", address, user)
    if not tried:
        why = "the account's other buckets are in other regions" if others else "the account has no other bucket to try"
        report.note(f"isolation not verified: {why}; the key of user {user} can make none")
        return
    report.isolated = True
    report.note(f"the key of user {user} can reach no other bucket, nor make one")


def _stay_out_of(bucket: str, own: Any, address: Address, user: str) -> None:
    attempts: dict[str, Callable[[], object]] = {
        "list": lambda: own.list_objects_v2(Bucket=bucket, MaxKeys=1),
        "read": lambda: own.get_object(Bucket=bucket, Key=PROBE),
        "write to": lambda: own.put_object(Bucket=bucket, Key=PROBE, Body=b"", ContentMD5=_OTHER_DIGEST),
    }
    for what, attempt in attempts.items():
        if _let_in(attempt, address):
            raise _reached(f"{what} bucket {bucket}", address, user)


def _let_in(attempt: Callable[[], object], address: Address) -> bool:
    try:
        with translated(address, "of the instance"):
            attempt()
    except Denied:
        return False
    except Elsewhere:
        raise
    except Missing as error:
        return error.code != "NoSuchBucket"
    except Refused:
        return True
    return True


def _reached(what: str, address: Address, user: str) -> NotIsolated:
    return NotIsolated(
        f"The key of user {user} of store {address} may {what}: look for bucket policies that let the whole account in."
    )
