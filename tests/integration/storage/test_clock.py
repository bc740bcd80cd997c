"""A worker whose clock is two hours ahead: MinIO refuses what it signs, and nothing is taken for another's or for gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

pytest.importorskip("boto3.session", exc_type=ImportError)

import botocore.auth
import minio.time
from launchpad_workflows.provisioners import clocks
from launchpad_workflows.provisioners.storage.users import Users
from launchpad_workflows.requests import Storage

from tests.integration.conftest import Runner

AHEAD = timedelta(hours=2)


@pytest.fixture
def clock_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    now, signed, signed_for_admin = clocks.now, botocore.auth.get_current_datetime, minio.time.utcnow
    monkeypatch.setattr(clocks, "now", lambda: now() + AHEAD)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda *form: signed(*form) + AHEAD)
    monkeypatch.setattr(minio.time, "utcnow", lambda: signed_for_admin() + AHEAD)


@pytest.mark.parametrize("operation", ["provision", "deprovision"])
@pytest.mark.parametrize("provider", ["minio", "compatible"])
def test_clock_that_is_off_is_named_and_nothing_is_taken_for_gone(
    runner: Runner, resource: Storage, s3: Any, users: Users, clock_ahead: None, provider: str, operation: str
) -> None:
    part = resource.model_copy(update={"provider": provider})

    outcome = runner.run(part, "new", operation=operation, delete_data=operation == "deprovision")

    assert (outcome.status, outcome.may_pass, outcome.released) == ("failed", False, ())
    assert "takes no request that is signed at another time" in str(outcome.details)
    assert "this machine's" in str(outcome.details)
    assert "somebody else" not in str(outcome.details)
