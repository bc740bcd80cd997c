"""Certificates, as cert-manager tells of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tutor_launchpad.core.status.model import Certificate
from tutor_launchpad.core.types import Object

_GRACE = 4
"""A renewal that has not come in a quarter of the time that it has is late."""


def read_certificates(objects: Iterable[Object], now: datetime) -> tuple[Certificate, ...]:
    """The Certificates of a namespace, by name."""
    return tuple(sorted((_read(item, now) for item in objects), key=lambda one: one.name))


def _read(item: Object, now: datetime) -> Certificate:
    status = item.get("status") or {}
    conditions = {one.get("type"): one for one in status.get("conditions") or []}
    ready, issuing = conditions.get("Ready", {}), conditions.get("Issuing", {})
    expires, renewal = parse_time(status.get("notAfter")), parse_time(status.get("renewalTime"))
    failed = bool(status.get("failedIssuanceAttempts") or status.get("lastFailureTime"))
    said = ready if ready.get("status") != "True" else {}
    if failed and issuing.get("message"):
        said = issuing
    late = expires is not None and (
        now >= expires or (renewal is not None and now > renewal + (expires - renewal) / _GRACE)
    )
    return Certificate(
        name=item["metadata"]["name"],
        hosts=tuple(map(str, (item.get("spec") or {}).get("dnsNames") or [])),
        ready=ready.get("status") == "True",
        issuing=(issuing.get("status") == "True" and not failed) or not conditions,
        reason=": ".join(filter(None, [said.get("reason", ""), said.get("message", "")])),
        expires=str(status.get("notAfter") or ""),
        days_left=(expires - now).days if expires is not None else None,
        late=late,
    )


def parse_time(value: object) -> datetime | None:
    """A moment as Kubernetes and Git write it; None where it is none."""
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        return None
