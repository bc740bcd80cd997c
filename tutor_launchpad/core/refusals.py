"""What controllers could not make, as their events tell it: pods over a quota, pods that a policy denies."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tutor_launchpad.core.quantities import parse_quantity
from tutor_launchpad.core.types import Object

QUOTA = "exceeded quota"
DENIED = ("denied the request", "denied request", "violates PodSecurity", "forbidden: maximum", "forbidden: minimum")
_EXCEEDED = re.compile(r"exceeded quota: ([^,\s]+), requested: (\S+), used: \S+, limited: \S+")


@dataclass(frozen=True)
class Refusal:
    """An event of something that was not made. `version` changes each time that it is said again."""

    what: str
    message: str
    uid: str
    version: str

    def __str__(self) -> str:
        """`ReplicaSet lms-1: exceeded quota: …`."""
        return f"{self.what}: {self.message}"

    @property
    def lasts(self) -> bool:
        """Whether it is one that no repetition mends."""
        return any(word in self.message for word in DENIED)


def read_refusals(events: Iterable[Object]) -> list[Refusal]:
    """Those of quotas and policies, an object and message once."""
    found = {}
    for event in events:
        about, message = event["involvedObject"], str(event.get("message", ""))
        if QUOTA in message or any(word in message for word in DENIED):
            what = f"{about.get('kind')} {about.get('name')}"
            metadata = event["metadata"]
            found[what, message] = Refusal(what, message, metadata.get("uid", ""), metadata.get("resourceVersion", ""))
    return sorted(found.values(), key=str)


def still_exceeds(refusal: Refusal, quotas: Iterable[Object]) -> bool:
    """Whether the quota, as it is now, has no room for what was refused. Events outlive a quota that was raised."""
    match = _EXCEEDED.search(refusal.message)
    if match is None:
        return QUOTA in refusal.message
    quota = next((one for one in quotas if one["metadata"]["name"] == match[1]), None)
    if quota is None:
        return False
    hard = (quota.get("spec") or {}).get("hard") or {}
    used = (quota.get("status") or {}).get("used") or {}
    asked = dict(part.split("=", 1) for part in match[2].split(",") if "=" in part)
    return any(
        parse_quantity(used.get(name, 0)) + parse_quantity(amount) > parse_quantity(hard[name])
        for name, amount in asked.items()
        if name in hard
    )
