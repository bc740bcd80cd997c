"""The scripts of workflows/examples, each way to a real cluster with Argo Workflows. Settings: test_workflow.py.

All are started at once, each for an instance of its own, as a run takes ten seconds and more.
"""

from __future__ import annotations

import os
import re
import secrets
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from launchpad_workflows.argo_server import ArgoServerClient
from launchpad_workflows.client import WORKFLOWS, Object
from launchpad_workflows.errors import Absent, Forbidden, Refused
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.ownership import FileOwnership
from launchpad_workflows.register import register, register_server, register_templates
from launchpad_workflows.remote import run
from launchpad_workflows.requests import MySQL, MySQLDatabase, Request
from launchpad_workflows.templates import BUILDERS
from launchpad_workflows.templates.common import TemplateParams

from docs import run_page
from tests.cluster.environment import kubectl
from tests.integration.conftest import named_server
from tests.integration.mysql.conftest import connect
from tests.integration.test_workflow import CANARY, client, namespace, write_secrets

__all__ = ["client", "namespace"]  # fixtures
PROJECT = Path(__file__).parents[2]
EXAMPLES = PROJECT / "workflows" / "examples"
PAGE = PROJECT / "docs" / "howto" / "own-workflows.md"
STARTED = [f"{way}/{script}" for way in ("kubernetes", "argo_server") for script in ("submit_provision", "compose_own")]


@dataclass
class Way:
    """How to reach Argo's server, and what the scripts are called with."""

    namespace: str
    address: str
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def token_file(self) -> Path:
        return self.folder / "token.txt"

    def start(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        """One script as its user starts it."""
        first = [self.address, str(self.token_file)] if script.startswith("argo_server/") else []
        command = [sys.executable, str(EXAMPLES / f"{script}.py"), *first, *arguments, "--namespace", self.namespace]
        environment = {**os.environ, **self.variables}
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, env=environment, cwd=self.folder, stdout=pipe, stderr=subprocess.STDOUT, text=True
        )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    told = process.communicate(timeout=240)[0]
    return process.returncode, told


@pytest.fixture(scope="module")
def way(client: KubernetesClient, namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    """Argo's server through a forwarded port, with the account of the page and the certificate that it shows."""
    register_templates(client, TemplateParams(image=os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"], namespace=namespace))
    (place,) = (one["metadata"]["namespace"] for one in client.list("v1", "Service") if _name(one) == "argo-server")
    (account,) = (one for one in run_page.blocks(PAGE.read_text()) if one.note == "account.yml")
    kubectl("apply", "-f", "-", stdin=account.text.replace("namespace: launchpad\n", f"namespace: {namespace}\n"))
    found = Way(namespace, "", tmp_path_factory.mktemp("way"))
    found.token_file.write_text(kubectl("-n", namespace, "create", "token", "launchpad-submitter"))
    command = ["kubectl", "-n", place, "port-forward", "service/argo-server", ":2746"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as forwarding:
        assert forwarding.stdout
        port = re.search(r":(\d+) ->", forwarding.stdout.readline())
        assert port
        found.address = f"https://localhost:{port[1]}"
        found.variables = {"REQUESTS_CA_BUNDLE": str(found.folder / "argo.crt")}
        (found.folder / "argo.crt").write_text(ssl.get_server_certificate(("localhost", int(port[1]))))
        yield found
        forwarding.terminate()


@pytest.fixture(scope="module")
def told(client: KubernetesClient, namespace: str, way: Way) -> Iterator[dict[str, tuple[int, str, str]]]:
    """Script → status, output and instance. What they made is removed from the server."""
    server = named_server("LAUNCHPAD_TEST_MYSQL", "mysql")
    host = os.environ.get("LAUNCHPAD_TEST_PODS_HOST", server.host)
    register_server(client, namespace, "mysql", "main", pods=8)
    instances = {script: f"ex-{secrets.token_hex(3)}" for script in STARTED}
    for instance in instances.values():
        write_secrets(client, namespace, instance, server, {"OPENEDX_MYSQL_PASSWORD": CANARY})
    image = [os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"]]
    started = {
        script: way.start(script, instances[script], host, *(image if script.endswith("own") else []))
        for script in STARTED
    }
    yield {script: (*finish(process), instances[script]) for script, process in started.items()}
    with connect(server) as sql:
        for instance in instances.values():
            name = f"{instance.replace('-', '_')}__openedx"
            sql(f"DROP DATABASE IF EXISTS `{name}`")
            sql(f"DROP USER IF EXISTS '{name}'@'%'")


@pytest.fixture
def server_client(way: Way, monkeypatch: pytest.MonkeyPatch) -> ArgoServerClient:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", way.variables["REQUESTS_CA_BUNDLE"])
    return ArgoServerClient.connect(way.address, way.token_file)


@pytest.mark.parametrize("script", STARTED)
def test_script_makes_what_is_asked_for(told: dict[str, tuple[int, str, str]], script: str) -> None:
    status, output, _ = told[script]

    assert status == 0, output
    assert "created" in output
    assert CANARY not in output


@pytest.mark.parametrize("script", [one for one in STARTED if one.endswith("own")])
def test_step_of_ones_own_ran_after_launchpads(
    client: KubernetesClient, namespace: str, told: dict[str, tuple[int, str, str]], script: str
) -> None:
    instance = told[script][2]
    workflows = [one for one in client.list(WORKFLOWS, "Workflow", namespace) if instance in str(one["spec"])]

    (nodes,) = (one["status"]["nodes"].values() for one in workflows)
    ended = {node["displayName"]: node["finishedAt"] for node in nodes if node["phase"] == "Succeeded"}
    assert ended["provision"] <= ended["tell"]
    (mutex,) = workflows[0]["spec"]["synchronization"]["mutexes"]
    assert mutex["name"] == f"launchpad-instance-{instance}"


@pytest.mark.parametrize("script", ["kubernetes/register_templates", "argo_server/register_templates"])
def test_missing_template_is_registered_and_nothing_else(client: KubernetesClient, way: Way, script: str) -> None:
    image = os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"]
    client.delete(WORKFLOWS, "WorkflowTemplate", "launchpad-verify", way.namespace)

    first, second = (finish(way.start(script, image)) for _ in range(2))

    assert (first, second) == ((0, "WorkflowTemplate launchpad-verify\n"), (0, "nothing to do\n"))


def test_failure_is_told_with_its_last_lines(server_client: ArgoServerClient, way: Way, tmp_path: Path) -> None:
    away = MySQL(
        server="main", host="127.0.0.1", port=1, databases=(MySQLDatabase(name="a", username="a", password_key="P"),)
    )
    check = Request(instance="", operation="check", resources=(away,))

    failed = run(server_client, check, FileOwnership(tmp_path / "owners"), print, namespace=way.namespace, deadline=240)

    assert not failed.ok
    assert failed.outcomes[0].may_pass
    assert any("127.0.0.1" in line for line in failed.failures[0].log)


def test_template_that_hera_has_updated_counts_as_registered_and_stays_with_that_way(
    client: KubernetesClient, server_client: ArgoServerClient, way: Way
) -> None:
    params = TemplateParams(image="worker:other", namespace=way.namespace)
    template = BUILDERS["check"](params)
    template.workflows_service = server_client.service

    template.update()

    others = [f"WorkflowTemplate launchpad-{operation}" for operation in BUILDERS if operation != "check"]
    assert register_templates(server_client, params) == others
    with pytest.raises(Refused, match="409 Conflict"):
        register(client, replace(params, image="worker:third"))


def test_absent_forbidden_and_untrusted_are_told_apart(
    server_client: ArgoServerClient, way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Absent, match="get Workflow none: there is none"):
        server_client.get(WORKFLOWS, "Workflow", "none", way.namespace)
    with pytest.raises(Forbidden, match='not allowed to list workflows in namespace "default"'):
        server_client.list(WORKFLOWS, "Workflow", "default")
    (way.folder / "wrong").write_text("wrong")
    with pytest.raises(Forbidden, match="does not accept the token"):
        ArgoServerClient.connect(way.address, way.folder / "wrong").list(WORKFLOWS, "Workflow", way.namespace)
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(Refused, match=r"is not trusted \(self.signed certificate\)"):
        ArgoServerClient.connect(way.address, way.token_file).list(WORKFLOWS, "Workflow", way.namespace)


def _name(obj: Object) -> str:
    return str(obj["metadata"]["name"])
