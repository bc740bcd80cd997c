"""An instance's status as data: the document that `status --output json` prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from tutor_launchpad.core.data.claims import Leftover
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound
from tutor_launchpad.core.plan import ClusterChange


class Verdict(str, Enum):
    """The whole in one word."""

    HEALTHY = "healthy"
    PROGRESSING = "progressing"
    UNHEALTHY = "unhealthy"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class Why(str, Enum):
    """Why a part of a status is not known: three answers that call for different deeds."""

    ABSENT = "absent"
    FORBIDDEN = "forbidden"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True)
class Unseen:
    """A part that could not be read."""

    why: Why
    text: str

    @classmethod
    def of(cls, error: LaunchpadError) -> Unseen:
        """What stood in the way."""
        reasons = ((NotFound, Why.ABSENT), (Forbidden, Why.FORBIDDEN))
        return cls(next((why for kind, why in reasons if isinstance(error, kind)), Why.UNREACHABLE), str(error))


@dataclass(frozen=True)
class Finding:
    """Something that is not as it should be. `trouble`: with it the instance is not healthy; else it is to be known."""

    part: str
    what: str
    todo: str
    trouble: bool = True


@dataclass(frozen=True)
class Pods:
    """Pods by what they do; `waiting`: pod → reason."""

    running: int
    finished: int
    waiting: Mapping[str, str]


@dataclass(frozen=True)
class Certificate:
    """A certificate of cert-manager. `late`: it should have been renewed by now; `issuing`: that is under way."""

    name: str
    hosts: tuple[str, ...]
    ready: bool
    issuing: bool
    reason: str
    expires: str
    days_left: int | None
    late: bool


@dataclass(frozen=True)
class StaleImage:
    """A container that runs another image than Git names. `pods`: how many."""

    workload: str
    container: str
    runs: str
    wanted: str
    pods: int


@dataclass(frozen=True)
class InstanceStatus:
    """An instance in Git and live. Empty values and None stand for what is not there; `unseen` tells what is not known.

    `behind`: the revision that Argo CD has synced lacks what Git has; None where that cannot be told. `age`: seconds
    since the last deploy. `drift`: objects of the deploy's own that differ from what it would apply. `former`: folders
    of former names of this instance.
    """

    instance: str
    repository: str
    observed: str = ""
    verdict: Verdict = Verdict.UNKNOWN
    git_revision: str = ""
    last_deploy: str = ""
    age: int | None = None
    live_revision: str = ""
    behind: bool | None = None
    auto_sync: bool | None = None
    sync: str = ""
    health: str = ""
    message: str = ""
    out_of_sync: tuple[str, ...] = ()
    pods: Pods | None = None
    init_jobs: Mapping[str, str] = field(default_factory=dict)
    failed_jobs: Mapping[str, str] = field(default_factory=dict)
    provisioning: str = ""
    certificates: tuple[Certificate, ...] = ()
    images: tuple[str, ...] = ()
    stale_images: tuple[StaleImage, ...] = ()
    mixed_images: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    missing_secrets: tuple[str, ...] = ()
    drift: tuple[ClusterChange, ...] = ()
    leftovers: tuple[Leftover, ...] = ()
    former: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    unseen: Mapping[str, Unseen] = field(default_factory=dict)
