"""Whether Argo Workflows takes a run up: its controller does within a second, or does not work."""

from __future__ import annotations

from launchpad_workflows.client import Client, Object
from launchpad_workflows.engines import find_stopped
from launchpad_workflows.errors import Unavailable
from launchpad_workflows.submit import Run

PROGRAM = "workflow-controller"
LABELS = ("app", "app.kubernetes.io/component")
UNTOUCHED = 30.0


class Standing:
    """Looks at the controller's pods, wherever they are, while a run has no status."""

    def __init__(self, client: Client, run: Run, now: float) -> None:
        self._client = client
        self._run = run
        self._began = self._looked = now
        self._why = ""

    def look(self, workflow: Object, now: float) -> str:
        """What is known of why nothing happens; empty where something does. Raises `Unavailable` where nothing will."""
        if workflow.get("status"):
            return ""
        if now - self._looked >= UNTOUCHED:
            self._looked = now
            self._why = f"Argo Workflows has not taken it up for {now - self._began:.0f} s: {self._explain()}"
        return self._why

    def _explain(self) -> str:
        try:
            pods = [pod for label in LABELS for pod in self._client.list("v1", "Pod", labels=f"{label}={PROGRAM}")]
        except Exception as error:  # noqa: BLE001 - whatever a client raises, it only means that nobody can look
            return f"is its controller running? ({error})"
        stopped = find_stopped(pods, PROGRAM)
        if stopped is None:
            return f"its controller runs; does it watch namespace {self._run.namespace}?"
        if stopped.starting:
            return str(stopped)
        raise Unavailable(
            f"Argo Workflows does not work: {stopped}. Workflow {self._run.namespace}/{self._run.name} begins when it "
            "does; start the controller, then run this again, which waits behind it."
        )
