"""workflows/examples/kubernetes/make_person.py, on a cluster in memory."""

from __future__ import annotations

import io
import json
import runpy
import sys
from pathlib import Path

import pytest
from launchpad_workflows.client import Object
from launchpad_workflows.kube import KubernetesClient

from tests.unit.launchpad_workflows.people.test_remote import Engine
from tests.unit.launchpad_workflows.regenerate import lms

SCRIPT = Path(__file__).parents[4] / "workflows" / "examples" / "kubernetes" / "make_person.py"


class Telling(Engine):
    """Its runs tell an outcome."""

    def __init__(self, outcome: str, *objects: Object) -> None:
        super().__init__("Succeeded", *objects)
        self.outcome = outcome

    def get(self, api_version: str, kind: str, name: str, namespace: str | None = None) -> Object:
        found = super().get(api_version, kind, name, namespace)
        outputs = {"parameters": [{"name": "outcome", "value": self.outcome}]}
        status = {"phase": "Succeeded", "nodes": {"n": {"id": "n", "type": "Pod", "outputs": outputs}}}
        return {**found, "status": status} if kind == "Workflow" else found


@pytest.mark.parametrize(
    ("outcome", "ended", "told"),
    [
        ('{"status": "created", "details": ["staff given"]}', 0, "ann\n  created\n  staff given\n"),
        ('{"status": "failed", "details": ["no luck"]}', 1, "ann\n  failed\n  no luck\n"),
    ],
)
def test_example_makes_a_superuser(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], outcome: str, ended: int, told: str
) -> None:
    engine = Telling(outcome, lms())
    monkeypatch.setattr(KubernetesClient, "connect", lambda: engine)
    monkeypatch.setattr(sys, "argv", [str(SCRIPT), "moon", "ann", "ann@x.org"])
    monkeypatch.setattr(sys, "stdin", io.StringIO("h1dden\n"))

    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(SCRIPT))

    (workflow,) = [obj for (kind, _, _), obj in engine.objects.items() if kind == "Workflow"]
    request = json.loads(workflow["spec"]["arguments"]["parameters"][0]["value"])
    assert (int(stopped.value.code or 0), request["superuser"]) == (ended, True)
    assert capsys.readouterr().out.endswith(told)
    assert [name for kind, _, name in engine.objects if kind == "Secret"] == [
        "launchpad-executor.service-account-token"
    ]
