"""An Argo CD in memory that moves on with every look, and the sync step run against it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.unit.fake_deployment import REVISION, URL, application_objects, make_deployment
from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.core.argocd import REFRESH, repository_secret
from tutor_launchpad.core.jobs import JOB_LABEL
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.clock import Time
from tutor_launchpad.steps.deployment import Deployment
from tutor_launchpad.steps.sync import Sync

OLD = "b" * 40
APPLICATION = ("applications", "argocd", "alpha")


class World:
    """An API server, its clock, and what Argo CD does at each second: `script` maps a look to the status it sees."""

    def __init__(self, *objects: Object) -> None:
        self.api = FakeApi(*objects, *map(program, ("argocd-application-controller", "argocd-repo-server")))
        self.api.after = self._watch
        self.events: list[str] = []
        self.moves: list[Callable[[World], None]] = []

    @property
    def now(self) -> float:
        """The clock of all."""
        return self.api.now

    @property
    def time(self) -> Time:
        """A clock that moves only while the step sleeps; then Argo CD makes its next move."""

        def sleep(seconds: float) -> None:
            self.api.sleep(seconds)
            if self.moves:
                self.moves.pop(0)(self)

        return Time(lambda: self.now, sleep)

    def status(self, sync: str = "Synced", health: str = "Healthy", revision: str = REVISION, **more: Any) -> None:
        """Argo CD writes a new status, having consumed what was asked of it."""
        live = self.api.objects[APPLICATION]
        spec = live["spec"]
        compared = {"source": spec["source"], "destination": spec["destination"]}
        live["status"] = {
            "sync": {"status": sync, "revision": revision, "comparedTo": compared},
            "health": {"status": health},
            **more,
        }
        live["metadata"].get("annotations", {}).pop(REFRESH, None)
        live.pop("operation", None)

    def deployed(self, **settings: Any) -> World:
        """As after a finished deploy."""
        self.api.put(repository_secret(URL, None, "argocd"))
        for obj in application_objects(settings.get("auto_sync", True)):
            self.api.cluster.apply(obj)
        self.status()
        self.api.requests.clear()
        self.events.clear()
        return self

    def _watch(self, request: Request) -> None:
        if request.method != "PATCH" or not request.path.endswith("applications/alpha"):
            return
        body = json.loads(request.body or b"{}")
        state = (body.get("status") or {}).get("operationState", {})
        if "operation" in body:
            self.events.append(f"start {body['operation']['sync']['revision'][0]}")
        elif state:
            self.events.append("terminate")
        elif REFRESH in body["metadata"].get("annotations", {}):
            self.events.append("refresh")


def program(name: str, ready: bool = True, **status: Any) -> Object:
    """A pod of Argo CD's own."""
    metadata = {"name": f"{name}-0", "namespace": "argocd", "labels": {"app.kubernetes.io/name": name}}
    conditions = [{"type": "Ready", "status": str(ready)}]
    status = {"phase": "Running", "conditions": conditions, **status}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": status}


def run(world: World, deployment: Deployment | None = None) -> tuple[Status, str]:
    return Sync(deployment or make_deployment(world.api), world.time).run()


def running(revision: str, phase: str = "Running", **more: Any) -> Object:
    return {"phase": phase, "startedAt": f"at-{revision[0]}", "syncResult": {"revision": revision}, **more}


def job(name: str, **condition: str) -> Object:
    metadata = {"name": name, "namespace": "alpha", "labels": {JOB_LABEL: "lms"}}
    conditions = [{"status": "True", **condition}] if condition else []
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "status": {"conditions": conditions}}
