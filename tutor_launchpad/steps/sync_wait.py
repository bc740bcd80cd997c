"""From an Application as it is to one that is Synced and Healthy at our revision, or to a sentence on why it is not."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.argocd import API, REFRESH, operation
from tutor_launchpad.core.argocd_errors import ErrorWatch
from tutor_launchpad.core.argocd_state import (
    ENDED_BADLY,
    Action,
    Attempt,
    Goal,
    SyncState,
    is_ours,
    next_action,
    read_state,
)
from tutor_launchpad.core.errors import Conflict, LaunchpadError, TimedOut
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.clock import Time
from tutor_launchpad.steps.restore import refuse_halted
from tutor_launchpad.steps.sync_jobs import InitJobs
from tutor_launchpad.steps.sync_troubles import Troubles

if TYPE_CHECKING:
    from tutor_launchpad.steps.deployment import Deployment

STEP = "sync"
POLL = 2.0
REFRESH_EVERY = 5.0
END_WITHIN = 60.0
AUTO_SYNC_WITHIN = 20.0
"""Argo CD begins by itself within a few seconds, unless somebody has paused it in a way that is not ours to see."""


class Waiter:
    """Decides by `next_action`, acts, and tells what it sees, until the end or the deadline."""

    def __init__(self, deployment: Deployment, cluster: Cluster, time: Time) -> None:
        self._deployment = deployment
        self._cluster = cluster
        self._time = time
        self._jobs = InitJobs(deployment, cluster)
        self._goal = Goal(self._reached, deployment.settings.auto_sync)
        self._attempt = Attempt()
        self._errors = ErrorWatch()
        self._mark = secrets.token_hex(4)
        self._known: dict[str, bool] = {}
        self._told = ""
        self._said: set[str] = set()
        self._refreshed = float("-inf")
        self._busy_at = time.now()
        self._troubles = Troubles(deployment, cluster, self._say, time.now())

    def is_done(self, application: Object) -> bool:
        """Whether there is nothing to do, judged without another request."""
        return next_action(read_state(application), self._goal, Attempt()) is Action.DONE

    def trigger(self) -> None:
        """Start what is to be started, and come back at once; only the end of an older sync is waited for."""
        state = self._end_older(self._prepare())
        action = next_action(state, self._goal, self._attempt)
        if action is Action.DONE or state.in_progress:
            return
        starts = action is Action.START or not self._deployment.settings.auto_sync
        self._act(Action.START if starts else Action.REFRESH, state)

    def _end_older(self, state: SyncState) -> SyncState:
        deadline = self._time.now() + END_WITHIN
        while state.phase == "Terminating" or next_action(state, self._goal, self._attempt) is Action.TERMINATE:
            if self._time.now() >= deadline:
                raise TimedOut(f"The sync of {self._name} that is still running does not end: {state.summary}.")
            if state.phase != "Terminating":
                self._act(Action.TERMINATE, state)
            self._time.sleep(POLL)
            state = self._read()
        return state

    def run(self) -> None:
        """Wait; raises `TimedOut` with the last seen state, or `LaunchpadError` with the reason of a failure."""
        deadline = self._time.now() + self._deployment.options.timeout
        state = self._prepare()
        while True:
            action = next_action(state, self._goal, self._attempt)
            if action is Action.DONE:
                self._deployment.ongoing.pop(STEP, None)
                return
            self._look_at(state, action)
            self._act(action, state)
            if self._time.now() >= deadline:
                raise TimedOut(self._late(state))
            self._time.sleep(POLL)
            state = self._read()

    def _reached(self, revision: str) -> bool:
        wanted = self._deployment.revision
        if revision == wanted:
            return True
        if revision and revision not in self._known:
            folder = self._deployment.settings.folder
            self._known[revision] = self._deployment.repository.same_tree(wanted, revision, folder)
        return bool(revision) and self._known[revision]

    def _read(self) -> SyncState:
        name, namespace = self._deployment.settings.instance, self._deployment.settings.argocd_namespace
        found = self._cluster.find(API, "Application", name, namespace)
        if found is None:
            raise Conflict(
                f"Application {namespace}/{name} was deleted while it was waited for: deploy again, which makes it anew."
            )
        refuse_halted(found)
        self._application = found
        state = read_state(self._application)
        if state.mark == self._mark:  # also where the answer to our start was lost
            self._attempt = replace(self._attempt, started=True)
        if state.sync != "OutOfSync" or state.in_progress or not self._goal.reached(state.revision):
            self._busy_at = self._time.now()
        overdue = self._time.now() - self._busy_at >= AUTO_SYNC_WITHIN
        self._attempt = replace(self._attempt, overdue=overdue)
        return state

    def _prepare(self) -> SyncState:
        """What an earlier deploy left: failed jobs go, superseded ones stop, a failed operation is known as such."""
        state = self._read()
        self._jobs.look()
        restart = self._jobs.has_failed
        if restart or self._jobs.has_superseded:
            self._refuse_newer()
            self._jobs.clear_failed()
            self._jobs.stop_superseded()
        ended = state.started if state.phase in ENDED_BADLY and not state.in_progress else ""
        failing = state.pausing and is_ours(state, self._goal)
        self._attempt = Attempt(ended=ended, restart=restart or failing)
        if self._deployment.settings.auto_sync or state.in_progress:
            self._goes_on()
        return state

    def _goes_on(self) -> None:
        """From now on Argo CD needs nobody who waits."""
        name = f"{self._deployment.settings.argocd_namespace}/{self._name}"
        self._deployment.ongoing[STEP] = (
            f"Argo CD goes on with the sync of Application {name}: watch it with `tutor launchpad status`"
        )

    def _look_at(self, state: SyncState, action: Action) -> None:
        """Tell what changed; raise where waiting is of no use."""
        self._tell(state)
        version = str(self._application["metadata"].get("resourceVersion"))
        self._troubles.look_at_engine(state, version, self._time.now())
        if self._attempt.restart and not self._attempt.started:
            return
        if state.in_progress or state.phase in ENDED_BADLY:
            self._jobs.look()
            if is_ours(state, self._goal):
                self._stop_superseded()
                self._jobs.raise_failed()
        if action is Action.FAIL:
            self._deployment.ongoing.pop(STEP, None)
            raise LaunchpadError(self._failed(state))
        verdict = self._errors.look(state, self._time.now())
        if verdict:
            raise LaunchpadError(f"Argo CD cannot sync {self._name}: {verdict}")
        self._troubles.look_at_pods(state, self._time.now())

    def _stop_superseded(self) -> None:
        """What the older sync still made. Jobs read before the branch's head was ours are of no later deploy."""
        if self._jobs.has_superseded:
            self._refuse_newer()
            self._jobs.stop_superseded()

    def _act(self, action: Action, state: SyncState) -> None:
        try:
            if action is Action.TERMINATE:
                self._refuse_newer()
                self._terminate(state)
            elif action is Action.START:
                self._start()
            elif action is Action.REFRESH or (state.errors and not state.refreshing and not state.in_progress):
                self._refresh(state)
        except Conflict as error:
            if "has been modified" not in str(error):
                raise
            # Argo CD wrote between our look and our write: look again.

    def _terminate(self, state: SyncState) -> None:
        revisions = state.operation_revisions or ("another commit",)
        self._say(f"ending the sync to {revisions[-1][:10]}, which is still running")
        self._attempt = replace(self._attempt, ended=state.started)
        self._patch({"status": {"operationState": {"phase": "Terminating"}}})

    def _start(self) -> None:
        self._say(f"starting the sync to {self._deployment.revision[:10]}")
        # Argo CD merges what it writes into the state of the last operation; left there, its fields (a list of few
        # objects to sync, old results) would count for this one. Argo CD's own server empties it too (SetAppOperation).
        request = operation(self._application, self._deployment.revision, self._mark)
        self._patch({"operation": request, "status": {"operationState": None}})
        self._attempt = replace(self._attempt, started=True)
        self._goes_on()

    def _refresh(self, state: SyncState) -> None:
        if self._time.now() - self._refreshed < REFRESH_EVERY:
            return
        if self._refreshed != float("-inf") and not state.errors:
            self._refuse_newer()
        kind = "hard" if any("cached" in error for error in state.errors) else "normal"
        self._refreshed = self._time.now()
        body = {"metadata": {"annotations": {REFRESH: kind}}}
        self._cluster.patch(API, "Application", self._name, self._deployment.settings.argocd_namespace, body)

    def _patch(self, body: Object) -> None:
        """Write only if nobody has written since we looked."""
        version = {"metadata": {"resourceVersion": self._application["metadata"]["resourceVersion"]}}
        namespace = self._deployment.settings.argocd_namespace
        self._cluster.patch(API, "Application", self._name, namespace, {**body, **version})

    def _refuse_newer(self) -> None:
        """A later deploy of this instance wins: its sync is not ended, and ours is not waited for."""
        head = self._deployment.repository.fetch()
        if head and not self._reached(head):
            raise Conflict(
                f"{self._name} has been deployed again since ({head[:10]} follows {self._deployment.revision[:10]}): "
                "that deploy goes on; look at it with `tutor launchpad status`."
            )

    @property
    def _name(self) -> str:
        return self._deployment.settings.instance

    def _say(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._deployment.progress.say(text)

    def _tell(self, state: SyncState) -> None:
        """Each object that is waited for, once, with its wave; and why a sync pauses."""
        pending = state.pending if self._goal.reached(state.revision) else []
        text = f"wave {pending[0].wave}: {pending[0].kind} {pending[0].name}" if pending else self._told
        blocked = state.in_progress and "sync window" in state.message
        text = "; ".join([text, *(state.failures[:1] if state.pausing else ()), *([state.message] if blocked else ())])
        if text != self._told:
            self._told = text
            self._say(text)

    def _failed(self, state: SyncState) -> str:
        detail = "; ".join(state.failures[:3]) or state.message or state.phase
        return (
            f"Argo CD could not sync {self._name} to {self._deployment.revision[:10]}: {detail.strip().rstrip('.')}. "
            "Mend the cause and deploy again."
        )

    def _late(self, state: SyncState) -> str:
        more = "".join(f"\n  - {text}" for text in [*state.errors, *state.failures, *self._troubles.stuck()][:5])
        return (
            f"{self._name} is not Synced and Healthy after {self._deployment.options.timeout:.0f} s; last seen: "
            f"{state.summary}. Argo CD goes on; wait for it with `tutor launchpad deploy` or a longer --timeout.{more}"
        )
