"""What a sync may be waiting for in vain: pods that are stuck or may not be made, and an Argo CD that stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from launchpad_workflows.engines import Stopped, find_stopped

from tutor_launchpad.core.errors import Forbidden, LaunchpadError
from tutor_launchpad.core.pods import lasting
from tutor_launchpad.core.refusals import QUOTA, Refusal, read_refusals, still_exceeds
from tutor_launchpad.core.workloads import troubles

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster
    from tutor_launchpad.core.argocd_state import SyncState
    from tutor_launchpad.steps.deployment import Deployment

PROGRAMS = ("argocd-application-controller", "argocd-repo-server")
REFUSALS_EVERY = 5.0
PODS_EVERY = 15.0
STILL = 15.0
STARTING = 75.0
SLOW = 60.0


class Troubles:
    """Looks now and then, says what it sees, and raises where waiting is of no use."""

    def __init__(self, deployment: Deployment, cluster: Cluster, say: Callable[[str], None], now: float) -> None:
        self._cluster = cluster
        self._instance = deployment.settings.instance
        self._argocd = deployment.settings.argocd_namespace
        self._say = say
        self._refusals_at = now
        self._pods_at = self._engine_at = now
        self._said: dict[str, str] | None = None
        self._version, self._since = "", now
        self._down_since: float | None = None

    def look_at_engine(self, state: SyncState, version: str, now: float) -> None:
        """`version` is the Application's, by which it is known whether Argo CD does anything."""
        if version != self._version:
            self._version, self._since = version, now
        if now - self._engine_at >= STILL and (now - self._since >= STILL or state.errors):
            self._engine_at = now
            self._look_at_engine(state, now)

    def look_at_pods(self, state: SyncState, now: float) -> None:
        """Those of the instance, and those that it lacks."""
        if self._said is None:
            self._said = {one.uid: one.version for one in self._read_refusals()}
        if now - self._refusals_at >= REFUSALS_EVERY:
            self._refusals_at = now
            self._look_at_refusals(state)
        if now - self._pods_at >= PODS_EVERY:
            self._pods_at = now
            for text in self.stuck():
                self._say(text)

    def stuck(self) -> list[str]:
        """A sentence for each pod of the instance that does not come up."""
        return troubles(lasting(self._cluster.list("v1", "Pod", self._instance)))

    def _read_refusals(self) -> list[Refusal]:
        return read_refusals(self._cluster.list("v1", "Event", self._instance, fields="reason=FailedCreate"))

    def _look_at_refusals(self, state: SyncState) -> None:
        """A quota is full or not, whenever that was said; a policy may have been mended since it was last said."""
        refusals = self._read_refusals()
        before, self._said = self._said or {}, {one.uid: one.version for one in refusals}
        if not state.pending and state.health == "Healthy":
            return
        if any(QUOTA in one.message for one in refusals):
            quotas = self._cluster.list("v1", "ResourceQuota", self._instance)
            exceeding = [one for one in refusals if QUOTA in one.message and still_exceeds(one, quotas)]
            if exceeding:
                raise LaunchpadError(
                    f"{self._instance} exceeds its quota: {exceeding[0]}. Raise LAUNCHPAD_QUOTA, or lower what the "
                    "applications ask for."
                )
        for one in (one for one in refusals if one.lasts):
            if before.get(one.uid) != one.version:
                raise LaunchpadError(
                    f"The cluster refuses pods of {self._instance}: {one}. Change what it asks for, or except the "
                    "namespace in the policy, then deploy again."
                )
            self._say(f"refused before: {one}")

    def _look_at_engine(self, state: SyncState, now: float) -> None:
        passed = f"{now - self._since:.0f} s"
        try:
            pods = self._cluster.list("v1", "Pod", self._argocd)
        except Forbidden:
            if _owes(state):
                self._say(
                    f"Argo CD has not reacted for {passed}; you may not list the pods of namespace {self._argocd} to see "
                    "whether it works"
                )
            return
        down = next(filter(None, (find_stopped(pods, program) for program in PROGRAMS)), None)
        if down is None:
            self._down_since = None
            if _owes(state) and now - self._since >= SLOW:
                self._say(f"Argo CD has not reacted for {passed}, though its pods run: it is busy, or see its logs")
            return
        self._wait_for(down, now)

    def _wait_for(self, down: Stopped, now: float) -> None:
        self._down_since = now if self._down_since is None else self._down_since
        if now - self._down_since >= (STARTING if down.starting else STILL):
            raise LaunchpadError(
                f"Argo CD in namespace {self._argocd} does not work: {down}. Look at it with `kubectl -n {self._argocd} get "
                "pods,deployments,statefulsets`, and deploy again once it runs: what is recorded is synced then."
            )
        self._say(f"Argo CD stands still: {down}")


def _owes(state: SyncState) -> bool:
    """Whether Argo CD was asked for something that it does in a second when it works."""
    begun = state.started or not state.in_progress
    return state.refreshing or not begun or (state.sync == "Unknown" and not state.errors)
