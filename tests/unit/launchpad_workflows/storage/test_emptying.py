"""The removal of a large bucket, against a store that is as strict as one may be and counts what it is asked."""

from __future__ import annotations

import itertools
import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from launchpad_workflows.errors import Refused, Unavailable, Unsupported
from launchpad_workflows.provisioners.storage import emptying, listing
from launchpad_workflows.provisioners.storage.client import Address

ADDRESS = Address("main", "http://store.example", "us-east-1")


def refusal(operation: str, code: str, status: int = 400) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}}}
    return ClientError(answer, operation)


@dataclass
class Store:
    """A client of one bucket. `locked`: key → the code that its removal is refused with.

    It lists only from a name that is there, and takes no call for many with a key that XML cannot hold.
    """

    names: list[tuple[str, str]]
    locked: dict[str, str] = field(default_factory=dict)
    uploads: list[str] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    before: Callable[[str, int], None] = lambda _call, _number: None
    there: bool = True
    listed: int = 0
    most_held: int = 0
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.names.sort()
        self.left = set(self.names)

    def __getattr__(self, name: str) -> Any:
        return partial(self._call, name)

    def _call(self, name: str, **arguments: Any) -> Any:
        with self.lock:
            self.calls[name] += 1
            number = self.calls[name]
        self.before(name, number)
        return getattr(self, f"_{name}")(**arguments)

    def _head_bucket(self, Bucket: str) -> None:
        if not self.there:
            raise refusal("HeadBucket", "404", 404)

    def _list_object_versions(
        self, Bucket: str, MaxKeys: int, KeyMarker: str = "", VersionIdMarker: str = ""
    ) -> dict[str, Any]:
        after = (KeyMarker, VersionIdMarker)
        assert after == ("", "") or after in self.left, "listed from a name that is gone"
        with self.lock:
            rest = [name for name in self.names if name in self.left] if not KeyMarker else self.names
            rest = list(itertools.islice((n for n in rest[bisect_right(rest, after) :] if n in self.left), MaxKeys + 1))
            page, more = rest[:MaxKeys], len(rest) > MaxKeys
            self.listed += len(page)
            self.most_held = max(self.most_held, self.listed)
        found = {
            "Versions": [{"Key": key, "VersionId": version} for key, version in page if version != "marker"],
            "DeleteMarkers": [{"Key": key, "VersionId": version} for key, version in page if version == "marker"],
            "IsTruncated": more,
        }
        return found | ({"NextKeyMarker": page[-1][0], "NextVersionIdMarker": page[-1][1]} if more else {})

    def _list_objects_v2(self, Bucket: str, MaxKeys: int, ContinuationToken: str = "0") -> dict[str, Any]:
        keys = sorted({key for key, _ in self.names})[int(ContinuationToken) :]
        there = {key for key, _ in self.left}
        found = [{"Key": key} for key in keys[:MaxKeys] if key in there]
        more = len(keys) > MaxKeys
        following = {"NextContinuationToken": str(int(ContinuationToken) + MaxKeys)} if more else {}
        return {"Contents": found, "IsTruncated": more, **following}

    def _delete_objects(self, Bucket: str, Delete: dict[str, Any]) -> dict[str, Any]:
        assert 0 < len(Delete["Objects"]) <= 1000
        if any("\x01" in one["Key"] for one in Delete["Objects"]):
            raise refusal("DeleteObjects", "MalformedXML")
        with self.lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        errors = [{"Key": one["Key"], "Code": code} for one in Delete["Objects"] if (code := self._remove(**one))]
        with self.lock:
            self.at_once -= 1
        return {"Errors": errors} if errors else {}

    def _delete_object(self, **one: str) -> None:
        if code := self._remove(one["Key"], one.get("VersionId", "")):
            raise refusal("DeleteObject", code, 403)

    def _remove(self, Key: str, VersionId: str = "") -> str:
        with self.lock:
            self.listed -= 1
            if Key in self.locked:
                return self.locked[Key]
            self.left -= {(Key, VersionId)} if VersionId else {name for name in self.left if name[0] == Key}
            return ""

    def get_paginator(self, _name: str) -> Any:
        found = [{"Key": "unfinished", "UploadId": one} for one in self.uploads]
        return type("Pages", (), {"paginate": lambda _self, Bucket: [{"Uploads": found}]})()

    def _abort_multipart_upload(self, Bucket: str, Key: str, UploadId: str) -> None:
        self.uploads.remove(UploadId)

    def _delete_bucket(self, Bucket: str) -> None:
        if self.left:
            raise refusal("DeleteBucket", "BucketNotEmpty", 409)
        self.there = False


def filled(keys: int) -> Store:
    """Each key with two versions and a delete marker."""
    return Store([(f"{key:06}", version) for key in range(keys) for version in ("1", "2", "marker")])


class Lines(list[str]):
    """What is told; each look at the clock takes a second."""

    def __init__(self) -> None:
        self.clock = itertools.count()

    def remove_from(self, store: Store) -> None:
        emptying.remove(store, ADDRESS, "big", self.append, lambda: float(next(self.clock)))


@pytest.fixture
def lines() -> Lines:
    return Lines()


def test_hundred_thousand_names_take_two_calls_a_thousand_and_hold_few_at_a_time(lines: Lines) -> None:
    store = filled(33_334)

    lines.remove_from(store)

    assert (store.there, store.left) == (False, set())
    assert store.calls["delete_objects"] == 101
    assert store.calls["list_object_versions"] == 102  # the last one sees that nothing is left
    assert store.most_held <= (emptying.AT_ONCE + 2) * listing.PAGE
    assert store.most_at_once <= emptying.AT_ONCE


def test_it_is_told_every_so_often_that_it_goes_on(lines: Lines) -> None:
    lines.remove_from(filled(10_000))

    told = [int(line.split()[2]) for line in lines]
    assert lines[-1] == "bucket big: 30000 objects removed, versions and delete markers counted"
    assert told == sorted(set(told))
    assert len(told) == 3  # thirty calls of a second each, a line every ten


def test_what_is_locked_is_counted_and_hides_nothing_else(lines: Lines) -> None:
    store = filled(2_500)
    store.locked = {"000001": "AccessDenied", "001200": "AccessDenied", "002499": "InvalidRequest"}

    with pytest.raises(Refused) as raised:
        lines.remove_from(store)

    assert str(raised.value) == (
        "9 objects of bucket big cannot be removed from store main (http://store.example) (6 with AccessDenied, 3 with "
        "InvalidRequest), the first is '000001'; 7491 others are gone. Take away what locks them, such as a legal hold or "
        "a retention period, then repeat."
    )
    assert {key for key, _ in store.left} == set(store.locked)
    assert lines[-1].startswith("bucket big: 7491 objects removed")
    store.locked.clear()
    lines.remove_from(store)
    assert not store.there


def test_what_the_store_could_not_remove_at_the_moment_is_tried_in_the_next_round(lines: Lines) -> None:
    store = filled(400)
    store.locked = {"000007": "SlowDown", "000300": "InternalError"}

    def recover(call: str, number: int) -> None:
        if (call, number) == ("list_object_versions", 3):
            store.locked.pop("000300")

    store.before = recover
    with pytest.raises(Unavailable, match=r"3 objects of bucket big .* \(3 with SlowDown\), the first is '000007'"):
        lines.remove_from(store)
    store.locked.clear()
    lines.remove_from(store)
    assert not store.there


def test_what_was_removed_before_the_store_went_away_stays_removed_and_is_told(lines: Lines) -> None:
    store = filled(3_000)

    def fall(call: str, number: int) -> None:
        if call == "delete_objects" and number >= 5:
            raise EndpointConnectionError(endpoint_url="gone")

    store.before = fall
    with pytest.raises(Unavailable, match="cannot be reached"):
        lines.remove_from(store)
    left = len(store.left)
    store.before = lambda _call, _number: None
    lines.remove_from(store)

    assert left == 9_000 - 4_000
    assert [line.split()[2] for line in lines] == ["4000", "5000"]


def test_key_that_xml_cannot_hold_goes_by_itself(lines: Lines) -> None:
    store = Store(
        [("a", "1"), ("a\x01", "1"), ("b", "1"), ("b\x01locked", "1")], locked={"b\x01locked": "AccessDenied"}
    )

    with pytest.raises(Refused, match=r"1 objects .* \(1 with AccessDenied\), the first is 'b\\x01locked'; 3 others"):
        lines.remove_from(store)

    assert store.left == {("b\x01locked", "1")}


def test_name_that_somebody_else_removed_is_gone(lines: Lines) -> None:
    store = filled(1)
    store.locked = {"000000": "NoSuchVersion"}
    store.before = lambda call, _number: store.left.clear() if call == "delete_objects" else None

    lines.remove_from(store)

    assert not store.there


def test_store_without_versions_is_emptied_all_the_same(lines: Lines) -> None:
    store = filled(1_500)

    def refuse(call: str, _number: int) -> None:
        if call == "list_object_versions":
            raise refusal("ListObjectVersions", "NotImplemented", 501)

    store.before = refuse
    lines.remove_from(store)

    assert (store.there, store.calls["delete_objects"]) == (False, 2)


def test_versions_are_never_hidden_where_their_listing_fails_later(lines: Lines) -> None:
    store = filled(1_000)

    def refuse(call: str, number: int) -> None:
        if (call, number) == ("list_object_versions", 2):
            raise refusal("ListObjectVersions", "InvalidRequest")

    store.before = refuse
    with pytest.raises(Unsupported):
        lines.remove_from(store)

    assert store.calls["list_objects_v2"] == 0


def test_unfinished_uploads_go_though_one_is_gone_already(lines: Lines) -> None:
    store = Store([], uploads=["1", "2", "3"])

    def lose(call: str, number: int) -> None:
        if (call, number) == ("abort_multipart_upload", 1):
            raise refusal("AbortMultipartUpload", "NoSuchUpload", 404)

    store.before = lose
    lines.remove_from(store)

    assert (len(store.uploads), store.there, lines) == (1, False, ["bucket big: 2 unfinished uploads aborted"])


def test_bucket_that_somebody_goes_on_writing_to_is_told(lines: Lines) -> None:
    store = Store([])

    def write(call: str, number: int) -> None:
        if call == "list_object_versions":
            store.names = [(f"{number:06}", "1")]
            store.left = set(store.names)

    store.before = write
    with pytest.raises(Refused, match=r"Bucket big of store .* is written to: stop that, then repeat"):
        lines.remove_from(store)
    assert store.calls["list_object_versions"] < 100


def test_bucket_that_is_not_there_is_not_looked_into(lines: Lines) -> None:
    store = Store([], there=False)

    lines.remove_from(store)

    assert store.calls == {"head_bucket": 1}
