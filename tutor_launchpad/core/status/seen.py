"""What was read of an instance, before it is understood: objects as they came, or why they did not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tutor_launchpad.core.plan import ClusterChange
from tutor_launchpad.core.status.model import Unseen
from tutor_launchpad.core.types import Object


@dataclass(frozen=True)
class GitView:
    """An instance's folder: the commit that changed it last and when, and what it holds."""

    revision: str = ""
    changed: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    manifests: tuple[Object, ...] = field(default=(), repr=False)
    former: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClusterView:
    """The objects of an instance; each is empty, too, where `unseen` says that it could not be read."""

    application: Object = field(default_factory=dict, repr=False)
    pods: tuple[Object, ...] = field(default=(), repr=False)
    jobs: tuple[Object, ...] = field(default=(), repr=False)
    certificates: tuple[Object, ...] = field(default=(), repr=False)
    claims: tuple[Object, ...] = field(default=(), repr=False)
    secrets: frozenset[str] = frozenset()
    provisioning: str = ""
    drift: tuple[ClusterChange, ...] = ()


@dataclass(frozen=True)
class Seen:
    """One look. `cluster`: None where there is none. `behind`: see `InstanceStatus`."""

    instance: str
    repository: str
    now: datetime
    git: GitView
    cluster: ClusterView | None
    behind: bool | None = None
    unseen: Mapping[str, Unseen] = field(default_factory=dict)
