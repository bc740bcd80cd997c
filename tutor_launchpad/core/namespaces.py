"""What a namespace that is being deleted still waits for, in its own words."""

from __future__ import annotations

from tutor_launchpad.core.types import Object


def is_terminating(namespace: Object) -> bool:
    """Whether it is being deleted; nothing new can be made in it then."""
    phase = (namespace.get("status") or {}).get("phase")
    return bool(namespace["metadata"].get("deletionTimestamp")) or phase == "Terminating"


def waits_for(namespace: Object) -> str:
    """What Kubernetes says: objects that remain, finalizers, an API that cannot be listed; empty as long as it says nothing."""
    conditions = (namespace.get("status") or {}).get("conditions") or []
    said = [str(one.get("message", "")).strip().rstrip(".") for one in conditions if one.get("status") == "True"]
    return "; ".join(dict.fromkeys(text for text in said if text))
