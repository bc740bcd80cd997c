"""What the steps of an installation share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.manifests import Manifests
from tutor_launchpad.core.argocd import RepositoryCredentials
from tutor_launchpad.core.cluster.components import ARGO, ARGO_CD, Found, Whose, is_ours, tracked_by
from tutor_launchpad.core.errors import Contested
from tutor_launchpad.core.results import Status, StepResult
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.clock import REAL, Time
from tutor_launchpad.steps.cluster.repository import ClusterFiles


@dataclass(frozen=True)
class Order:
    """What was asked for. `components`: only these; empty: all. `timeout`: seconds to wait for what was applied."""

    components: frozenset[str] = frozenset()
    worker_image: str = ""
    credentials: RepositoryCredentials | None = None
    force: bool = False
    timeout: float = 600.0

    def wants(self, component: str) -> bool:
        """Whether this component is meant."""
        return not self.components or component in self.components


@dataclass
class Installation:
    """One run. `waiting`: what is made and not yet there, with what it waits for; `next`: what a person has to do."""

    cluster: Cluster
    files: ClusterFiles
    manifests: Manifests
    order: Order
    say: Callable[[str], None]
    time: Time = REAL
    found: dict[str, Found] = field(default_factory=dict)
    argo_cd: str = ARGO[ARGO_CD]
    applied: list[Object] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    next: list[str] = field(default_factory=list)
    results: list[StepResult] = field(default_factory=list)

    @property
    def components(self) -> list[str]:
        """Those of the repository that are asked for."""
        return [name for name in self.files.components if self.order.wants(name)]

    def whose(self, component: str) -> Whose:
        """Whose a component is in the cluster."""
        return self.found[component].whose

    def ensure(self, obj: Object, live: Object | None) -> str:
        """`created`, `updated`, `unchanged`, or `kept` by Argo CD, which writes what it tracks by itself.

        What others have set otherwise stops us with a sentence. Told to force it, we write both.
        """
        if live is not None and tracked_by(live) and not self.order.force:
            return "kept"
        if live is not None and self.order.force and not is_ours(live):
            self.cluster.apply(obj, force=True)
            return "updated"
        try:
            return self.cluster.ensure_against(live, obj)
        except Contested as error:
            if not self.order.force:
                raise Contested(f"{error} `--force` takes these fields from them.", error.fields) from error
            self.cluster.apply(obj, force=True)
            return "updated"


@dataclass
class Tally:
    """How many objects were found how."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, outcome: str) -> None:
        """One more."""
        self.counts[outcome] = self.counts.get(outcome, 0) + 1

    @property
    def status(self) -> Status:
        """Done where anything was written."""
        return Status.DONE if self.counts.keys() & {"created", "updated"} else Status.UNCHANGED

    def __str__(self) -> str:
        """`3 created, 1 updated`; `unchanged`."""
        told = [f"{self.counts[outcome]} {outcome}" for outcome in ("created", "updated") if outcome in self.counts]
        return ", ".join(told) or "unchanged"
