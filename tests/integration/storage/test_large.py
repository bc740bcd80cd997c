"""A bucket of several real pages is removed by a worker that is killed again and again, and what is locked stays."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("boto3.session", exc_type=ImportError)

from botocore.exceptions import ClientError
from launchpad_workflows.provisioners.storage.users import Users
from launchpad_workflows.requests import Request, Storage

from tests.integration.conftest import Runner, assert_hidden
from tests.integration.storage.conftest import remove_bucket, user_of
from tests.integration.storage.killer import ABORT, DELETE, REMOVE, Killer, Moment

KEYS = 2_500
"""Each with two versions and a delete marker."""
# Which request the worker is killed at, how much of it has reached the store, and how many names it removed before at least.
MOMENTS = {
    "before the first batch": (DELETE, 1, 0.0, 0),
    "between batches": (DELETE, 3, 0.0, 2000),
    "within a batch that is half sent": (DELETE, 2, 0.5, 1000),
    "within a batch that the store works on": (DELETE, 2, 1.0, 1000),
    "before an unfinished upload goes": (ABORT, 1, 0.0, 1),
    "before it hears that the bucket is gone": (REMOVE, 1, 1.0, 0),
}


def names_in(s3: Any, bucket: str) -> int:
    """Versions and delete markers, by a query of its own; none where the bucket is not there."""
    try:
        pages = list(s3.get_paginator("list_object_versions").paginate(Bucket=bucket))
    except s3.exceptions.NoSuchBucket:
        return 0
    return sum(len(page.get(kind, [])) for page in pages for kind in ("Versions", "DeleteMarkers"))


def is_there(s3: Any, bucket: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        return bool(error.response["ResponseMetadata"]["HTTPStatusCode"] != 404)
    return True


def key_of(number: int) -> str:
    return f"{number % 7}/{number:05}"


def fill(s3: Any, bucket: str, keys: int = KEYS) -> None:
    """Two versions and a delete marker for each key, and two unfinished uploads."""

    def write(number: int) -> None:
        for body in (b"one", b"two"):
            s3.put_object(Bucket=bucket, Key=key_of(number), Body=body)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(keys)))
    for start in range(0, keys, 1000):
        marked = [{"Key": key_of(number)} for number in range(start, min(keys, start + 1000))]
        s3.delete_objects(Bucket=bucket, Delete={"Objects": marked, "Quiet": True})
    for number in range(2):
        key = f"unfinished-{number}"
        upload = s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]
        s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=1, Body=b"part")


class Removal:
    """Removes an instance's data by a worker of its own, as a pod does."""

    def __init__(self, runner: Runner, resource: Storage, folder: Path) -> None:
        self.killer = Killer(runner.server.host, runner.server.port)
        self.folder, self.runner = folder, runner
        claims = {item.key: "ours" for item in resource.items()}
        endpoint = f"http://127.0.0.1:{self.killer.port}"
        one = resource.model_copy(update={"endpoint": endpoint, "claims": claims})
        request = Request(instance=runner.instance, operation="deprovision", delete_data=True, resources=(one,))
        (folder / "request.json").write_text(request.to_json())
        user, password = runner.server.administrator
        for path, value in {
            "admin/storage/main/username": user,
            "admin/storage/main/password": password,
            "instance/P": runner.password,
        }.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(value)

    def run(self, *moment: Any) -> tuple[int, str]:
        """Exit status and output; `moment`: when it is killed, as `Moment` says it."""
        command = [sys.executable, "-m", "launchpad_workflows.worker.main", "deprovision", "--resource=storage"]
        options = [f"--request=@{self.folder}/request.json", f"--credentials={self.folder}"]
        process = subprocess.Popen(
            [*command, *options, f"--outcome={self.folder}/outcome.json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.killer.moment = Moment(lambda: os.kill(process.pid, signal.SIGKILL), *moment) if moment else None
        output = process.communicate(timeout=300)[0]
        assert_hidden(output, self.runner.password, self.runner.server.administrator[1])
        return process.returncode, output

    @property
    def outcome(self) -> dict[str, Any]:
        """Of the run that came to its end."""
        found: dict[str, Any] = json.loads((self.folder / "outcome.json").read_text())
        return found


@pytest.fixture
def removal(runner: Runner, resource: Storage, users: Users, s3: Any, tmp_path: Path) -> Iterator[Removal]:
    """Of an instance with a filled bucket, beside which there is a neighbour's."""
    runner.run(resource, "new")
    fill(s3, resource.buckets[1].name)
    one = Removal(runner, resource, tmp_path)
    yield one
    one.killer.close()


@pytest.fixture
def neighbour(runner: Runner, s3: Any) -> str:
    """A bucket with versions whose name begins as the instance's do."""
    name = f"{runner.instance}--backup-2"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    fill(s3, name, keys=5)
    return name


def settled(s3: Any, bucket: str) -> int:
    """How many names are left when the store has ended what it was at."""
    found = names_in(s3, bucket)
    while (again := names_in(s3, bucket)) != found:
        found = again
        time.sleep(0.5)
    return found


@pytest.mark.slow
def test_removal_that_is_killed_time_and_again_goes_on_where_it_stopped(
    removal: Removal, resource: Storage, neighbour: str, s3: Any
) -> None:
    bucket = resource.buckets[1].name
    left = names_in(s3, bucket)
    assert left >= 3 * KEYS

    for when, (kind, number, share, least) in MOMENTS.items():
        assert removal.run(kind, number, share)[0] == -signal.SIGKILL, when
        before, left = left, settled(s3, bucket)
        assert left <= before - least, when
    status, _ = removal.run()

    assert (left, status) == (0, 0)
    assert removal.outcome["status"] in ("removed", "absent")  # as far as the store came with the last request
    assert not any(is_there(s3, one.name) for one in resource.buckets)
    assert names_in(s3, neighbour) == 15


@pytest.mark.slow
def test_what_is_locked_stays_and_is_counted_and_the_rest_goes(
    runner: Runner, resource: Storage, users: Users, s3: Any, tmp_path: Path
) -> None:
    runner.run(resource, "new")
    bucket = resource.buckets[1].name
    remove_bucket(s3, bucket)
    s3.create_bucket(Bucket=bucket, ObjectLockEnabledForBucket=True)
    fill(s3, bucket, keys=1_000)
    held = ["0/00000-held", "3/00500-held", "6/99999-held"]
    for key in held:
        s3.put_object(Bucket=bucket, Key=key, Body=b"x", ObjectLockLegalHoldStatus="ON", ChecksumAlgorithm="SHA256")

    removal = Removal(runner, resource, tmp_path)
    status, _ = removal.run()
    reason = removal.outcome["left"][0]["reason"]
    for key in held:
        s3.put_object_legal_hold(Bucket=bucket, Key=key, LegalHold={"Status": "OFF"})

    assert (status, names_in(s3, bucket), users.find(user_of(resource))) == (1, 3, None)
    assert f"3 objects of bucket {bucket} cannot be removed" in reason
    assert f"the first is '{held[0]}'; 3000 others are gone. Take away what locks them" in reason
    assert (removal.run()[0], removal.outcome["status"], is_there(s3, bucket)) == (0, "removed", False)
    removal.killer.close()
