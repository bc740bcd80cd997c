"""A root whose instance uses one server in memory, and the verbs on it, in process."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from tests.unit.in_process import load_plugins
from tests.unit.launchpad_workflows.fake_server import SERVERS, FakeServer
from tutor_launchpad import hooks
from tutor_launchpad.adapters.servers import FileServers
from tutor_launchpad.commands import launchpad
from tutor_launchpad.core.resources import ResourcePlan, Server, Wanted

PASSWORD = "h1dden-passw0rd"
PART = {
    "resource": "fake",
    "provider": "test",
    "server": "main",
    "endpoint": "https://fake.example",
    "username": "moon",
}


def plan_fake(wanted: Wanted, server: Server) -> ResourcePlan:
    part = {**PART, "generation": wanted.generation("fake"), "password_key": "FAKE_PASSWORD"}
    return ResourcePlan(part, {}, {"FAKE_PASSWORD": str(wanted.config["FAKE_PASSWORD"])})


@dataclass
class Cli:
    """Runs verbs on one root."""

    root: Path
    server: FakeServer

    def run(self, *words: str) -> Result:
        found = CliRunner().invoke(
            launchpad, [*words, "--local", "--timeout", "5"], obj=SimpleNamespace(root=self.root)
        )
        assert PASSWORD not in found.output
        return found

    def json(self, *words: str) -> dict[str, Any]:
        content: dict[str, Any] = json.loads(self.run(*words, "--output", "json").stdout)
        return content


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    load_plugins()
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    monkeypatch.setattr(hooks.RESOURCES, "apply", lambda _found: {"fake": plan_fake})
    config = {"PLUGINS": [], "LAUNCHPAD_FAKE_SERVER": "main", "FAKE_PASSWORD": PASSWORD, "K8S_NAMESPACE": "moon"}
    (tmp_path / "launchpad").mkdir()
    (tmp_path / "config.yml").write_text(yaml.safe_dump(config))
    server = Server("fake", "main", "test", {"endpoint": "https://fake.example"})
    FileServers(tmp_path).add(server, {"username": "admin", "password": "admin"})
    SERVERS["main"] = FakeServer()
    yield Cli(tmp_path, SERVERS["main"])
    SERVERS.clear()
