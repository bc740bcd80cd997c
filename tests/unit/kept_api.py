"""An API server whose state outlives the process that talks to it, with an Argo CD and a workflow engine that are quick."""

from __future__ import annotations

import pickle
import subprocess
from pathlib import Path
from typing import Any

from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.requests import Request as RequestOfRun

from tests.unit.fake_kubernetes import FakeApi, Key
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.argocd import REFRESH
from tutor_launchpad.core.types import Object

RANDOM = ("provision-",)
"""How names begin that are made anew each time."""


class KeptApi(FakeApi):
    """What it stores is in a file before it answers. `original`: the bare repository that its Argo CD reads."""

    def __init__(self, file: Path, original: Path) -> None:
        super().__init__()
        self._file, self._original = file, original
        if file.exists():
            self._version, self.objects = pickle.loads(file.read_bytes())
        self.answer = self._engine
        self.after = self._keep

    def state(self) -> dict[Key, Object]:
        """What is there, without what differs from run to run."""
        return {_plain_key(key): _plain(obj) for key, obj in self.objects.items()}

    def _engine(self, request: Request) -> Response | None:
        """A workflow ends as soon as somebody looks at it."""
        for (plural, _, name), obj in self.objects.items():
            if plural == "workflows" and request.path.endswith(name):
                obj["status"] = {"phase": "Succeeded", "nodes": {"n": _node(obj)}}
        return None

    def _keep(self, request: Request) -> None:
        if request.method == "GET":
            return
        for (plural, _, _), obj in self.objects.items():
            if plural == "applications":
                self._sync(obj)
        self._file.with_suffix(".new").write_bytes(pickle.dumps((self._version, self.objects)))
        self._file.with_suffix(".new").replace(self._file)

    def _sync(self, application: Object) -> None:
        head = subprocess.run(
            ["git", "rev-parse", "main"], cwd=self._original, check=True, capture_output=True, text=True
        )
        spec = application["spec"]
        compared = {"source": spec["source"], "destination": spec["destination"]}
        application["status"] = {
            "sync": {"status": "Synced", "revision": head.stdout.strip(), "comparedTo": compared},
            "health": {"status": "Healthy"},
        }
        application.pop("operation", None)
        application["metadata"].get("annotations", {}).pop(REFRESH, None)


def _node(workflow: Object) -> dict[str, Any]:
    """Its one pod, which made all that was asked for."""
    asked = {one["name"]: one["value"] for one in workflow["spec"]["arguments"]["parameters"]}
    made = tuple(item.key for item in RequestOfRun.model_validate_json(asked["request"]).resources[0].items())
    outcome = Outcome(resource="mysql", provider="direct", server="main", status="created", made=made)
    parameters = [{"name": "resource", "value": "mysql"}, {"name": "server", "value": "main"}]
    told = {"parameters": [{"name": "outcome", "value": outcome.model_dump_json()}]}
    node = {"id": "n", "name": "n", "type": "Pod", "phase": "Succeeded"}
    return {**node, "inputs": {"parameters": parameters}, "outputs": told}


def _plain_key(key: Key) -> Key:
    return (*key[:2], next((start for start in RANDOM if key[2].startswith(start)), key[2]))


def _plain(obj: Object) -> Object:
    changing = ("resourceVersion", "uid", "creationTimestamp", "managedFields", "name")
    metadata = {name: value for name, value in obj["metadata"].items() if name not in changing}
    status = {name: value for name, value in (obj.get("status") or {}).items() if name != "sync"}
    return {**obj, "metadata": metadata, "status": status}
