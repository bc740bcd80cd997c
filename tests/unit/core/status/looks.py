"""One look at a healthy instance, to be changed by tests."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from tutor_launchpad.core.status.model import InstanceStatus
from tutor_launchpad.core.status.reading import read_status
from tutor_launchpad.core.status.seen import ClusterView, GitView, Seen
from tutor_launchpad.core.types import Object

NOW = datetime(2026, 6, 4, tzinfo=timezone.utc)
REVISION = "a" * 40


def application(**status: Any) -> Object:
    """Synced and Healthy, unless told otherwise."""
    policy: Object = {"automated": {}} if status.pop("auto", True) else {}
    spec = {"source": {}, "destination": {}, "syncPolicy": policy}
    sync = {
        "status": status.pop("sync", "Synced"),
        "revision": REVISION,
        "comparedTo": {"source": {}, "destination": {}},
    }
    health = {"status": status.pop("health", "Healthy")}
    return {"metadata": {"name": "moon"}, "spec": spec, "status": {"sync": sync, "health": health, **status}}


def git(**changes: Any) -> GitView:
    about = {"images": ["openedx:2"], "secrets": ["sealed-1"], **changes.pop("about", {})}
    return GitView(**{"revision": REVISION, "changed": "2026-06-01T00:00:00+00:00", "about": about, **changes})


def cluster(**changes: Any) -> ClusterView:
    return ClusterView(**{"application": application(), "secrets": frozenset({"sealed-1"}), **changes})


def read(view: ClusterView | None = None, **changes: Any) -> InstanceStatus:
    """The status of a look."""
    given = {"git": git(), "cluster": view or cluster(), "behind": False, **changes}
    return read_status(Seen("moon", "https://git.example.org/c.git", NOW, **given))
