"""Whole runs on a real cluster with Argo Workflows, in a namespace of their own.

Settings: KUBECONFIG; LAUNCHPAD_TEST_WORKER_IMAGE, an image of the worker that the cluster can pull; LAUNCHPAD_TEST_MYSQL,
and LAUNCHPAD_TEST_PODS_HOST where pods reach that server under another name.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from launchpad_workflows import remote
from launchpad_workflows.client import WORKFLOWS, Object
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.register import register
from launchpad_workflows.requests import MySQL, Request
from launchpad_workflows.templates.common import TemplateParams
from launchpad_workflows.watch import Finished

from tests.integration.conftest import Server, named_server
from tests.integration.mysql.conftest import Sql, resource, runner, sql

__all__ = ["resource", "runner", "sql"]  # fixtures
CANARY = "canary-it's-100%-secret"
DEADLINE = 300


@pytest.fixture(scope="module")
def client() -> KubernetesClient:
    for setting in ("KUBECONFIG", "LAUNCHPAD_TEST_WORKER_IMAGE"):
        if not os.environ.get(setting):
            pytest.skip(f"{setting} is not set: no cluster to run workflows in")
    return KubernetesClient.connect()


@pytest.fixture(scope="module")
def namespace(client: KubernetesClient) -> Iterator[str]:
    name = f"launchpad-it-{secrets.token_hex(3)}"
    params = TemplateParams(image=os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"], namespace=name, attempts=2)
    assert register(client, params)
    assert register(client, params) == []
    yield name
    client.delete("v1", "Namespace", name)


@pytest.fixture
def request_(namespace: str, client: KubernetesClient, resource: MySQL, sql: Sql, runner: object) -> Request:
    server = named_server("LAUNCHPAD_TEST_MYSQL", "mysql")
    instance = resource.databases[0].name.split("__")[0].replace("_", "-")
    write_secrets(client, namespace, instance, server)
    database = resource.databases[0]
    host = os.environ.get("LAUNCHPAD_TEST_PODS_HOST", server.host)
    return Request(
        instance=instance, resources=(MySQL(server="main", host=host, port=server.port, databases=(database,)),)
    )


def write_secrets(
    client: KubernetesClient, namespace: str, instance: str, server: Server, own: dict[str, str] | None = None
) -> None:
    user, password = server.administrator
    contents = {
        "launchpad-server-mysql-main": {"username": user, "password": password},
        f"launchpad-instance-{instance}": own or {"P": CANARY},
    }
    for name, values in contents.items():
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        client.apply(
            {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": namespace}, "data": data}
        )


def run(client: KubernetesClient, request: Request, namespace: str) -> Finished:
    ownership = ClusterOwnership(client, namespace)
    return remote.run(client, request, ownership, lambda _seen: None, namespace=namespace, deadline=DEADLINE)


def assert_no_secret(client: KubernetesClient, namespace: str, name: str) -> None:
    text = json.dumps(client.get(WORKFLOWS, "Workflow", name, namespace))
    for secret in (CANARY, named_server("LAUNCHPAD_TEST_MYSQL", "mysql").administrator[1]):
        assert secret not in text
        assert base64.b64encode(secret.encode()).decode() not in text


def test_run_makes_what_is_missing_and_the_next_changes_nothing(
    client: KubernetesClient, namespace: str, request_: Request
) -> None:
    made = run(client, request_, namespace)
    again = run(client, request_, namespace)

    assert [one.status for one in made.outcomes + again.outcomes] == ["created", "unchanged"]
    assert made.ok
    assert made.outcomes[0].isolated
    assert set(ClusterOwnership(client, namespace).owned(request_.instance).values()) == {request_.instance}
    assert_no_secret(client, namespace, made.run.name)


def test_foreign_schema_fails_at_once_with_its_reason(
    client: KubernetesClient, namespace: str, request_: Request, sql: Sql
) -> None:
    resource = request_.resources[0]
    assert isinstance(resource, MySQL)
    sql(f"CREATE DATABASE `{resource.databases[0].name}`")

    failed = run(client, request_, namespace)

    assert (failed.ok, failed.phase) == (False, "Failed")
    assert "was not touched" in failed.failures[0].message
    assert any("was not touched" in line for line in failed.failures[0].log)
    pods = client.list("v1", "Pod", namespace, labels=f"workflows.argoproj.io/workflow={failed.run.name}")
    assert len(pods) == 1
    assert_no_secret(client, namespace, failed.run.name)


def test_server_that_is_away_is_tried_again(client: KubernetesClient, namespace: str, request_: Request) -> None:
    away = request_.resources[0].model_copy(update={"port": 1})

    failed = run(client, request_.model_copy(update={"resources": (away,)}), namespace)

    pods = client.list("v1", "Pod", namespace, labels=f"workflows.argoproj.io/workflow={failed.run.name}")
    assert (failed.ok, len(pods)) == (False, 3)
    assert failed.outcomes[0].may_pass


def test_two_runs_of_an_instance_go_one_after_the_other(
    client: KubernetesClient, namespace: str, request_: Request
) -> None:
    with ThreadPoolExecutor() as pool:
        finished = list(pool.map(lambda one: run(client, one, namespace), [request_] * 2))

    workflows = [client.get(WORKFLOWS, "Workflow", one.run.name, namespace)["status"] for one in finished]
    assert [one.ok for one in finished] == [True, True]
    assert sorted(one.outcomes[0].status for one in finished) == ["created", "unchanged"]
    spans = sorted((_pod_times(one) for one in workflows), key=lambda span: span[0])
    assert spans[0][1] <= spans[1][0]


def test_pods_of_done_runs_are_collected(client: KubernetesClient, namespace: str, request_: Request) -> None:
    done = run(client, request_, namespace)

    end = time.monotonic() + 60
    labels = f"workflows.argoproj.io/workflow={done.run.name}"
    while client.list("v1", "Pod", namespace, labels=labels) and time.monotonic() < end:
        time.sleep(1)
    assert client.list("v1", "Pod", namespace, labels=labels) == []
    assert client.get(WORKFLOWS, "Workflow", done.run.name, namespace)["status"]["phase"] == "Succeeded"


def test_check_tells_the_versions(client: KubernetesClient, namespace: str, request_: Request) -> None:
    check = request_.model_copy(update={"operation": "check", "instance": ""})

    checked = run(client, check, namespace)

    assert checked.ok
    assert checked.outcomes[0].details[0].startswith("MySQL ")


def _pod_times(status: Object) -> tuple[str, str]:
    pods = [node for node in status["nodes"].values() if node["type"] == "Pod"]
    return min(node["startedAt"] for node in pods), max(node["finishedAt"] for node in pods)
