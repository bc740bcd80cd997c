"""A fake server for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.launchpad_workflows.fake_server import SERVERS, FakeServer


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """The server `main` of requests for the fake resource."""
    SERVERS["main"] = FakeServer()
    yield SERVERS["main"]
    SERVERS.clear()
