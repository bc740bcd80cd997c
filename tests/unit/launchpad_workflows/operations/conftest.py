"""Runs an operation on the fake server as the library does, with ownership in a file."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from launchpad_workflows import local
from launchpad_workflows.credentials import MappingCredentials
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.ownership import FileOwnership
from launchpad_workflows.requests import Request

from tests.unit.launchpad_workflows.fake_server import FakeResource, FakeServer


@dataclass
class Library:
    """`passwords` are the instance's, `resource` is what it wants. `unrecorded`: what the last run could not record."""

    server: FakeServer
    ownership: FileOwnership
    resource: FakeResource
    passwords: dict[str, str] = field(default_factory=lambda: {"FAKE_PASSWORD": "canary"})
    unrecorded: str = ""

    def run(self, operation: str, *, instance: str = "alpha", **more: Any) -> Outcome:
        """One run of one resource; nothing of it may tell a secret."""
        request = Request(instance=instance, operation=operation, resources=(self.resource,), **more)  # type: ignore[arg-type]
        lines: list[str] = []
        done = local.run(request, MappingCredentials({}, self.passwords), self.ownership, lines.append)
        outcome, self.unrecorded = done.outcomes[0], done.unrecorded
        assert not any(secret in outcome.model_dump_json() + "".join(lines) for secret in self.passwords.values())
        return outcome


@pytest.fixture
def library(tmp_path: Path, server: FakeServer) -> Library:
    return Library(server, FileOwnership(tmp_path / "owners.json"), FakeResource(server="main", username="user"))
