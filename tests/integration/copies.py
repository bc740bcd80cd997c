"""A bucket for last copies on the store that LAUNCHPAD_TEST_S3 names, and what tests do with it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import named_server


@dataclass(frozen=True)
class Copies:
    """`dump` goes into a request, `stores` are the credentials for it."""

    client: Any
    bucket: str
    dump: dict[str, str]
    stores: dict[str, dict[str, str]]

    def fetch(self, folder: Path) -> Path:
        """All objects as files; the folder that they are below."""
        for one in self.client.list_objects_v2(Bucket=self.bucket).get("Contents", []):
            path = folder / one["Key"]
            path.parent.mkdir(parents=True, exist_ok=True)
            self.client.download_file(self.bucket, one["Key"], str(path))
        return folder / self.dump["prefix"]


@pytest.fixture
def copies() -> Iterator[Copies]:
    boto3 = pytest.importorskip("boto3", exc_type=ImportError)
    server = named_server("LAUNCHPAD_TEST_S3", "storage")
    user, password = server.administrator
    session = boto3.session.Session(user, password, region_name="us-east-1")
    bucket = session.resource("s3", endpoint_url=server.endpoint).Bucket(f"copies-{secrets.token_hex(4)}")
    bucket.create()
    dump = {"server": "backup", "endpoint": server.endpoint, "bucket": bucket.name, "prefix": "alpha/now/"}
    client = session.client("s3", endpoint_url=server.endpoint)
    yield Copies(client, bucket.name, dump, {"backup": {"username": user, "password": password}})
    bucket.objects.delete()
    bucket.delete()
