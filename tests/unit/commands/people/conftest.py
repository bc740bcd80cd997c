"""A deployed instance on a server in memory, whose engine ends each run as a test says, and the verbs on it, in process."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.unit.fake_kubernetes import FakeApi
from tests.unit.in_process import load_plugins
from tests.unit.launchpad_workflows.regenerate import lms
from tests.unit.scripted_server import kubeconfig
from tests.unit.served_api import served
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.commands import launchpad
from tutor_launchpad.core.types import Object

PASSWORD = "h1dden-passw0rd"
NAMESPACE: Object = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "moon", "annotations": {"launchpad.openedx.org/id": "AbC"}},
}
CREATED = {"status": "created", "details": ["staff given", "password set"], "password_set": True}


@dataclass
class Site:
    """`outcome`: what the script tells; None: nothing. `seen`: the request and the password of each run. `pods`: leaves some."""

    root: Path
    api: FakeApi
    outcome: dict[str, Any] | None = field(default_factory=lambda: dict(CREATED))
    phase: str = "Succeeded"
    seen: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    pods: Callable[[], None] = lambda: None

    def run(self, *words: str, stdin: str = "") -> Result:
        """`tutor launchpad people …`; its password is told to nobody."""
        context = SimpleNamespace(root=str(self.root))
        found = CliRunner().invoke(launchpad, ["people", *words], obj=context, input=stdin)
        assert PASSWORD not in found.output + str(found.exception)
        return found

    def create(self, *more: str) -> Result:
        """The user ann, with a password from standard input."""
        return self.run("create", "ann", "--email", "ann@x.org", "--password-file", "-", *more, stdin=PASSWORD)

    def end(self, _request: Request) -> None:
        """End each workflow that has begun, as its pod and Argo would."""
        for (plural, namespace, name), obj in list(self.api.objects.items()):
            if plural == "workflows" and "status" not in obj:
                secret = self.api.objects.get(("secrets", namespace, name))
                given = {one["name"]: one["value"] for one in obj["spec"]["arguments"]["parameters"]}
                password = base64.b64decode(secret["data"]["password"]).decode() if secret else ""
                self.seen.append((json.loads(given["request"]), password))
                value = json.dumps(self.outcome) if self.outcome else ""
                outputs = {"parameters": [{"name": "outcome", "value": value}]}
                node = {"id": "n", "name": "n", "type": "Pod", "phase": self.phase, "outputs": outputs}
                obj["status"] = {"phase": self.phase, "nodes": {"n": node}, "message": "pod deleted"}
                self.pods()

    def kinds(self, plural: str) -> list[Object]:
        """What is left of a kind in the instance's namespace."""
        return [obj for (kind, place, _), obj in self.api.objects.items() if (kind, place) == (plural, "moon")]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    load_plugins()
    config = {"PLUGINS": [], "K8S_NAMESPACE": "moon", "ID": "AbC"}
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "config.yml").write_text(yaml.safe_dump(config))
    made = Site(tmp_path / "root", FakeApi(NAMESPACE, lms()))
    made.api.after = made.end
    with served(made.api) as address:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "kubeconfig", address, "moon")))
        (made.root / "launchpad").mkdir()
        (made.root / "launchpad" / "cluster.json").write_text('{"context": "moon"}')
        yield made


@pytest.fixture
def kubectl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Puts a program `kubectl` in front of the real one, which keeps its words and its input in files of the folder."""

    def make(script: str) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir()
        program = folder / "kubectl"
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {folder}/words\ncat > {folder}/input\n{script}\n')
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=":")
        return folder

    return make
