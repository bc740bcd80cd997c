"""Removes a bucket with all that is in it: every version, every delete marker, every unfinished upload.

A few pages of names are held at a time, and what a page names is gone once its call is answered, so that a run that is
stopped has done what it has done. What the store keeps, because it is locked, hides nothing that comes after it.
"""

from __future__ import annotations

import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import botocore.exceptions

from launchpad_workflows.errors import ProvisioningError, Refused, Unavailable, Unsupported
from launchpad_workflows.provisioners.storage import buckets, listing
from launchpad_workflows.provisioners.storage.client import MAY_PASS, Address, Missing, translated
from launchpad_workflows.provisioners.storage.listing import Name

AT_ONCE = 4
"""Calls that delete at a time, while the next page is listed."""
EVERY = 10.0
"""Seconds between two lines on how far it is."""
_ROUNDS = 20
_GONE = {"NoSuchKey", "NoSuchVersion"}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
"""A key may hold what XML cannot, so that a call for many cannot name it."""


def remove(
    client: Any, address: Address, name: str, say: Callable[[str], None], now: Callable[[], float] = time.monotonic
) -> None:
    """Nothing where the bucket is not there; a repeat goes on where this one stopped. Raises where anything stays."""
    if not buckets.exists(client, address, name):
        return
    emptying = _Emptying(client, address, name, say, now)
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            emptying.run(pool)
    finally:
        emptying.tell()
    try:
        with translated(address, buckets.ADMINISTRATOR):
            client.delete_bucket(Bucket=name)
    except Missing:
        return


@dataclass
class _Kept:
    """What one round could not remove: how many by the store's reason, and the first key."""

    reasons: Counter[str] = field(default_factory=Counter)
    first: str = ""

    def add(self, key: str, reason: str) -> None:
        self.first = self.first or key
        self.reasons[reason] += 1


@dataclass
class _Emptying:
    """One bucket's so far. `at`: when something was told, or the beginning."""

    client: Any
    address: Address
    bucket: str
    say: Callable[[str], None]
    now: Callable[[], float]
    removed: int = 0
    told: int = 0
    at: float = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.now()

    def run(self, pool: ThreadPoolExecutor) -> None:
        """Round by round, as somebody may write meanwhile, until one finds nothing that it can remove."""
        for _ in range(_ROUNDS):
            before, kept = self.removed, self._remove_all(pool)
            if self.removed == before:
                break
        else:
            raise Refused(f"Bucket {self.bucket} of store {self.address} is written to: stop that, then repeat.")
        self._abort_uploads(pool)
        if kept.reasons:
            raise self._failure(kept)

    def tell(self) -> None:
        """How far it is, where that is news."""
        if self.removed > self.told:
            self.say(f"bucket {self.bucket}: {self.removed} objects removed, versions and delete markers counted")
            self.told, self.at = self.removed, self.now()

    def _remove_all(self, pool: ThreadPoolExecutor) -> _Kept:
        kept = _Kept()
        ongoing: deque[tuple[int, Future[list[tuple[str, str]]]]] = deque()
        for page in listing.pages(self.client, self.address, self.bucket):
            if len(ongoing) == AT_ONCE:
                self._count(*ongoing.popleft(), kept)
            ongoing.append((len(page), pool.submit(self._delete, page)))
        while ongoing:
            self._count(*ongoing.popleft(), kept)
        return kept

    def _count(self, names: int, deletion: Future[list[tuple[str, str]]], kept: _Kept) -> None:
        refused = deletion.result()
        for key, reason in refused:
            kept.add(key, reason)
        self.removed += names - len(refused)
        if self.now() - self.at >= EVERY:
            self.tell()

    def _delete(self, page: list[Name]) -> list[tuple[str, str]]:
        """The keys that are kept, each with the store's reason."""
        awkward = [one for one in page if _NOT_IN_XML.search(one["Key"])]
        plain = [one for one in page if one not in awkward] if awkward else page
        refused = [refusal for one in awkward for refusal in self._delete_one(one)]
        if plain:
            with translated(self.address, buckets.ADMINISTRATOR):
                answer = self.client.delete_objects(Bucket=self.bucket, Delete={"Objects": plain, "Quiet": True})
            refused += [(str(one.get("Key")), str(one.get("Code"))) for one in answer.get("Errors", [])]
        return [(key, reason) for key, reason in refused if reason not in _GONE]

    def _delete_one(self, one: Name) -> Iterator[tuple[str, str]]:
        with translated(self.address, buckets.ADMINISTRATOR):
            try:
                self.client.delete_object(Bucket=self.bucket, **one)
            except botocore.exceptions.ClientError as error:
                yield one["Key"], str(error.response.get("Error", {}).get("Code"))

    def _abort_uploads(self, pool: ThreadPoolExecutor) -> None:
        aborted = 0
        try:
            with translated(self.address, buckets.ADMINISTRATOR):
                for page in self.client.get_paginator("list_multipart_uploads").paginate(Bucket=self.bucket):
                    aborted += sum(pool.map(self._abort, page.get("Uploads", [])))
        except (Unsupported, Missing):
            return
        finally:
            if aborted:
                self.say(f"bucket {self.bucket}: {aborted} unfinished uploads aborted")

    def _abort(self, upload: Name) -> bool:
        """Whether it was there."""
        try:
            with translated(self.address, buckets.ADMINISTRATOR):
                self.client.abort_multipart_upload(Bucket=self.bucket, Key=upload["Key"], UploadId=upload["UploadId"])
        except Missing:
            return False
        return True

    def _failure(self, kept: _Kept) -> ProvisioningError:
        reasons = ", ".join(f"{count} with {reason}" for reason, count in kept.reasons.most_common())
        text = (
            f"{kept.reasons.total()} objects of bucket {self.bucket} cannot be removed from store {self.address} "
            f"({reasons}), the first is {kept.first!r}; {self.removed} others are gone"
        )
        if kept.reasons.keys() <= MAY_PASS:
            return Unavailable(f"{text}: repeat.")
        return Refused(f"{text}. Take away what locks them, such as a legal hold or a retention period, then repeat.")
