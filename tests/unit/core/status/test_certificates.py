"""Certificates of cert-manager, at one moment."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from tutor_launchpad.core.status.certificates import parse_time, read_certificates
from tutor_launchpad.core.status.model import Certificate

NOW = datetime(2026, 6, 1, tzinfo=timezone.utc)
TIMES = {"notAfter": "2026-07-31T00:00:00Z", "renewalTime": "2026-07-01T00:00:00Z"}


def read(status: dict[str, Any] | None) -> Certificate:
    item = {"metadata": {"name": "lms"}, "spec": {"dnsNames": ["moon.io"]}, **({"status": status} if status else {})}
    (found,) = read_certificates([item], NOW)
    return found


def condition(kind: str, status: str, **more: str) -> dict[str, str]:
    return {"type": kind, "status": status, **more}


def test_ready_certificate_tells_hosts_and_days() -> None:
    found = read({"conditions": [condition("Ready", "True", reason="Ready", message="fine")], **TIMES})

    assert found == Certificate("lms", ("moon.io",), True, False, "", "2026-07-31T00:00:00Z", 60, False)


@pytest.mark.parametrize(
    ("status", "issuing", "reason"),
    [
        pytest.param(None, True, "", id="just made"),
        pytest.param(
            {"conditions": [condition("Ready", "False", reason="DoesNotExist"), condition("Issuing", "True")]},
            True, "DoesNotExist", id="being issued",
        ),
        pytest.param(
            {"conditions": [condition("Ready", "False", reason="Incorrect", message="wrong issuer")]},
            False, "Incorrect: wrong issuer", id="refused",
        ),
        pytest.param(
            {
                "failedIssuanceAttempts": 2,
                "conditions": [
                    condition("Ready", "False", reason="DoesNotExist"),
                    condition("Issuing", "False", reason="Failed", message="no such order"),
                ],
            },
            False, "Failed: no such order", id="failed before",
        ),
    ],
)  # fmt: skip
def test_certificate_that_is_not_ready_tells_why(status: dict[str, Any] | None, issuing: bool, reason: str) -> None:
    found = read(status)

    assert (found.ready, found.issuing, found.reason, found.days_left) == (False, issuing, reason, None)


@pytest.mark.parametrize(
    ("expires", "renewal", "late"),
    [
        pytest.param("2026-06-30T00:00:00Z", "2026-05-31T00:00:00Z", False, id="renewal due yesterday"),
        pytest.param("2026-06-10T00:00:00Z", "2026-05-11T00:00:00Z", True, id="renewal due long ago"),
        pytest.param("2026-05-31T00:00:00Z", None, True, id="expired"),
        pytest.param("2026-06-02T00:00:00Z", "2026-06-01T12:00:00Z", False, id="lives a few days only"),
        pytest.param("2026-06-02T00:00:00Z", None, False, id="renewal unknown"),
    ],
)
def test_renewal_that_does_not_come_is_late(expires: str, renewal: str | None, late: bool) -> None:
    assert read({"conditions": [condition("Ready", "True")], "notAfter": expires, "renewalTime": renewal}).late is late


@pytest.mark.parametrize("text", ["", None, "soon"])
def test_no_moment_is_none(text: object) -> None:
    assert parse_time(text) is None
