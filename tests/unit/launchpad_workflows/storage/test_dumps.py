from __future__ import annotations

import hashlib
import io
import json
import secrets
import tarfile
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from launchpad_workflows import dumps
from launchpad_workflows.errors import Refused, Unavailable
from launchpad_workflows.items import Item
from launchpad_workflows.provisioners.base import Context, Files
from launchpad_workflows.requests import Dump

from tests.unit.launchpad_workflows.fake_server import FakeProvisioner, FakeResource
from tests.unit.launchpad_workflows.storage.conftest import CREDENTIALS, Store

ITEM = Item("fake", "main", "thing", "a thing's name")


class Big(FakeProvisioner):
    """Writes more than one part."""

    content = secrets.token_bytes(1 << 20) * 20
    error: Exception | None = None

    def dump(self, item: Item, files: Files) -> None:
        with files.open("thing.bin") as file:
            for start in range(0, len(self.content), 1 << 20):
                file.write(self.content[start : start + (1 << 20)])
            if self.error:
                raise self.error


@pytest.fixture
def dump(endpoint: str, s3: Any) -> Dump:
    bucket = f"dumps-{secrets.token_hex(4)}"
    s3.create_bucket(Bucket=bucket)
    return Dump(server="main", endpoint=endpoint, bucket=bucket, prefix="alpha/today/")


@pytest.fixture
def provisioner() -> Big:
    return Big(FakeResource(server="main"), Context("alpha", CREDENTIALS))


def test_copy_is_sent_in_parts_and_recorded_with_size_and_digest(dump: Dump, provisioner: Big, s3: Any) -> None:
    copies = dumps.save(dump, provisioner, ITEM)

    stored = s3.get_object(Bucket=dump.bucket, Key="alpha/today/fake-main/thing.bin")["Body"].read()
    record = s3.get_object(Bucket=dump.bucket, Key="alpha/today/fake-main-thing-a%20thing%27s%20name.json")[
        "Body"
    ].read()
    assert stored == Big.content
    assert [(one.bytes, one.sha256) for one in copies] == [(len(stored), hashlib.sha256(stored).hexdigest())]
    assert json.loads(record) == [copies[0].model_dump()]


def test_copy_that_ended_is_not_written_over(dump: Dump, provisioner: Big, s3: Any) -> None:
    first = dumps.save(dump, provisioner, ITEM)
    provisioner.content = b"what is left of it"

    assert dumps.save(dump, provisioner, ITEM) == first


def test_copy_that_was_interrupted_leaves_no_file(dump: Dump, provisioner: Big, s3: Any) -> None:
    provisioner.error = Unavailable("gone")

    with pytest.raises(Unavailable):
        dumps.save(dump, provisioner, ITEM)
    assert s3.list_objects_v2(Bucket=dump.bucket).get("KeyCount") == 0
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=dump.bucket)


class Falling(Big):
    """The store goes away, and the server of the data as well."""

    def dump(self, item: Item, files: Files) -> None:
        with files.open("thing.bin"):
            files.client.meta.events.register("before-send.s3", self._fall)  # type: ignore[attr-defined]
            raise Unavailable("The database is gone.")

    def _fall(self, **_request: Any) -> None:
        raise EndpointConnectionError(endpoint_url="gone")


def test_what_failed_first_is_told_also_where_its_upload_cannot_be_taken_back(dump: Dump) -> None:
    provisioner = Falling(FakeResource(server="main"), Context("alpha", CREDENTIALS))

    with pytest.raises(Unavailable, match=r"The database is gone\."):
        dumps.save(dump, provisioner, ITEM)


def test_missing_bucket_for_copies_is_told(dump: Dump, provisioner: Big) -> None:
    nowhere = dump.model_copy(update={"bucket": "nowhere"})

    with pytest.raises(Refused, match="Bucket nowhere for the copy does not exist"):
        dumps.save(nowhere, provisioner, ITEM)


def test_data_that_cannot_be_copied_is_not_removed(store: Store, s3: Any, dump: Dump) -> None:
    store.run(claim="new")
    wrong = dump.model_copy(update={"bucket": "nowhere"}).model_dump()

    outcome = store.run("deprovision", request={"delete_data": True, "dump": wrong})

    assert (outcome.failed, outcome.left[0].name) == (True, store.bucket)
    s3.head_bucket(Bucket=store.bucket)


def test_bucket_is_copied_as_a_tar_archive(store: Store, s3: Any, dump: Dump) -> None:
    store.run(claim="new")
    contents = {"a/ü.txt": b"one", "b": b"", "c/" + "x" * 150: b"long"}
    for key, body in contents.items():
        s3.put_object(Bucket=store.bucket, Key=key, Body=body)

    outcome = store.run("deprovision", request={"delete_data": True, "dump": dump.model_dump()})

    place = outcome.copies[0].place.removeprefix(f"{dump.bucket}/")
    stored = io.BytesIO(s3.get_object(Bucket=dump.bucket, Key=place)["Body"].read())
    with tarfile.open(fileobj=stored) as archive:
        found = {one.name: file.read() for one in archive if (file := archive.extractfile(one))}
    assert (outcome.status, found) == ("removed", contents)
