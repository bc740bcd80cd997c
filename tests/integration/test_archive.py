"""Argo's archive of workflows, in a database of its own for this test, holds no password. Settings: test_workflow.py.

The controller's configuration is changed for the test, and put back as it was.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Iterator

import pytest
import yaml
from launchpad_workflows.client import Object
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.requests import Request

from tests.cluster.environment import kubectl
from tests.integration.canaries import Canary
from tests.integration.conftest import named_server
from tests.integration.mysql.conftest import Sql, connect, resource, runner, sql
from tests.integration.test_workflow import client, namespace, request_, run, write_secrets

__all__ = ["client", "namespace", "request_", "resource", "runner", "sql"]  # fixtures
pytestmark = pytest.mark.slow
CONFIGURATION = "workflow-controller-configmap"
SECRET = "launchpad-test-archive"
PATIENCE = 60


def _configure(place: str, persistence: str | None) -> None:
    """Give the controller this configuration and let it start with it."""
    patch = json.dumps({"data": {"persistence": persistence}})
    kubectl("-n", place, "patch", "configmap", CONFIGURATION, "--type", "merge", "--patch", patch)
    kubectl("-n", place, "rollout", "restart", "deployment/workflow-controller")
    kubectl("-n", place, "rollout", "status", "deployment/workflow-controller", "--timeout=90s")


@pytest.fixture
def archive(client: KubernetesClient) -> Iterator[Sql]:
    """Statements in the archive's database."""
    (place,) = (
        one["metadata"]["namespace"]
        for one in client.list("apps/v1", "Deployment")
        if one["metadata"]["name"] == "workflow-controller"
    )
    server = named_server("LAUNCHPAD_TEST_MYSQL", "mysql")
    name, password = f"archive_{secrets.token_hex(3)}", secrets.token_hex(8)
    before = (client.get("v1", "ConfigMap", CONFIGURATION, place).get("data") or {}).get("persistence")
    keys = {key: {"name": SECRET, "key": key} for key in ("username", "password")}
    mysql = {
        "host": os.environ.get("LAUNCHPAD_TEST_PODS_HOST", server.host),
        "port": server.port,
        "database": name,
        "tableName": "argo_workflows",
        "userNameSecret": keys["username"],
        "passwordSecret": keys["password"],
    }
    with connect(server) as administer:
        administer(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        administer(f"CREATE USER '{name}'@'%' IDENTIFIED BY '{password}'")
        administer(f"GRANT ALL ON {name}.* TO '{name}'@'%'")
        try:
            client.apply(_secret(place, username=name, password=password))
            _configure(place, yaml.safe_dump({"archive": True, "mysql": mysql}))
            yield lambda statement: administer(statement.replace("TABLE", f"{name}.argo_archived_workflows"))
        finally:
            _configure(place, before)
            client.delete("v1", "Secret", SECRET, place)
            administer(f"DROP DATABASE {name}")
            administer(f"DROP USER '{name}'@'%'")


def _secret(namespace: str, **values: str) -> Object:
    metadata = {"name": SECRET, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": values}


def test_archive_has_the_runs_and_no_password(
    client: KubernetesClient, namespace: str, request_: Request, archive: Sql
) -> None:
    own, server = Canary(), named_server("LAUNCHPAD_TEST_MYSQL", "mysql")
    write_secrets(client, namespace, request_.instance, server, {"P": own.password})
    away = request_.resources[0].model_copy(update={"port": 1})

    runs = [
        run(client, request_, namespace),
        run(client, request_.model_copy(update={"resources": (away,)}), namespace),
    ]

    assert [one.ok for one in runs] == [True, False]
    for one in runs:
        rows = _rows(archive, one.run.name)
        assert "password_key" in rows
        assert not own.is_in(rows)
        assert not Canary(server.administrator[1]).is_in(rows)


def _rows(archive: Sql, name: str) -> str:
    """What is archived of a run, once it is."""
    end = time.monotonic() + PATIENCE
    while not (rows := archive(f"SELECT * FROM TABLE WHERE name = '{name}'")):
        assert time.monotonic() < end, "the run was not archived"
        time.sleep(1)
    return str(rows)
