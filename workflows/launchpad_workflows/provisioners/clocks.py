"""What a clock that is off does: stores refuse what is signed at another time, certificates are not valid yet or any more."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

SKEWED = "RequestTimeTooSkewed"
_FAR = timedelta(minutes=10)
"""Stores allow a quarter of an hour."""
_DISTRUST = re.compile(r"certificate verify failed: (.+?)\s*(?:\(_ssl|$)")
_IN_TIME = re.compile(r"not yet valid|expired")


def now() -> datetime:
    """By the clock of this machine, which in a pod is its node's."""
    return datetime.now(timezone.utc)


def apart(date: str, time: datetime) -> str:
    """Both times, where an answer's header `Date` is far from ours; else empty. A header that is none says nothing."""
    try:
        theirs = parsedate_to_datetime(date).astimezone(timezone.utc)
    except ValueError:
        return ""
    return f"its clock says {show(theirs)}, this machine's {show(time)}" if abs(theirs - time) > _FAR else ""


def distrust(error: object, time: datetime) -> str:
    """Why an error says that a certificate is not trusted, with our time where that may be why; empty for other errors."""
    found = _DISTRUST.search(str(error))
    if found is None:
        return ""
    clock = f", and this machine's clock says {show(time)}: is that right?" if _IN_TIME.search(found[1]) else ""
    return f"its certificate is not trusted: {found[1]}{clock}"


def show(time: datetime) -> str:
    """As people read it."""
    return f"{time:%Y-%m-%d %H:%M:%S} UTC"
