"""No password leaves its Secret, whichever operation runs and however it ends. Settings: test_workflow.py.

The templates are registered without their collection of pods, so that the logs of all of them can be read.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from launchpad_workflows import remote
from launchpad_workflows.client import Object
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.register import plan_registration, register
from launchpad_workflows.requests import MySQL, MySQLDatabase, Request
from launchpad_workflows.templates.common import TemplateParams
from launchpad_workflows.watch import Finished

from tests.integration.canaries import Canary, found
from tests.integration.conftest import named_server
from tests.integration.mysql.conftest import Sql, connect
from tests.integration.test_workflow import client

__all__ = ["client"]  # fixtures
pytestmark = pytest.mark.slow
ADMINS = {"main": "launchpad-server-mysql-main", "wrong": "launchpad-server-mysql-wrong"}


@dataclass
class Scene:
    """A namespace with two administrators' Secrets, of which one's password is wrong."""

    client: KubernetesClient
    namespace: str
    administrator: Canary
    wrong: Canary
    own: Canary
    following: Canary
    host: str
    port: int

    @property
    def canaries(self) -> tuple[Canary, ...]:
        return self.administrator, self.wrong, self.own, self.following

    def request(self, instance: str, server: str = "main") -> Request:
        name = f"{instance}__openedx".replace("-", "_")
        database = MySQLDatabase(name=name, username=name, password_key="P")
        resource = MySQL(server=server, host=self.host, port=self.port, databases=(database,))
        return Request(instance=instance, resources=(resource,))

    def keep(self, name: str, **values: str) -> None:
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        metadata = {"name": name, "namespace": self.namespace}
        self.client.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data})

    def run(self, request: Request) -> Finished:
        ownership = ClusterOwnership(self.client, self.namespace)
        return remote.run(self.client, request, ownership, lambda _seen: None, namespace=self.namespace, deadline=200)

    def leaks(self, *instances: str) -> list[str]:
        holders = {*ADMINS.values(), *(f"launchpad-instance-{one}" for one in instances)}
        return found(self.client, self.namespace, holders, *self.canaries)


def without_collection(obj: Object) -> Object:
    spec = {key: value for key, value in obj.get("spec", {}).items() if key != "podGC"}
    return {**obj, "spec": spec} if spec else obj


@pytest.fixture
def scene(client: KubernetesClient, sql: Sql) -> Iterator[Scene]:
    server = named_server("LAUNCHPAD_TEST_MYSQL", "mysql")
    name = f"launchpad-it-{secrets.token_hex(3)}"
    params = TemplateParams(image=os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"], namespace=name, attempts=1)
    register(client, params)
    for obj in plan_registration(params):
        if obj["kind"] == "WorkflowTemplate":
            client.delete(obj["apiVersion"], obj["kind"], obj["metadata"]["name"], name)
            client.apply(without_collection(obj))
    host = os.environ.get("LAUNCHPAD_TEST_PODS_HOST", server.host)
    scene = Scene(client, name, Canary(), Canary(), Canary(), Canary(), host, server.port)
    user = f"admin-{secrets.token_hex(3)}"
    password = scene.administrator.password.replace("\\", "\\\\").replace("'", "\\'")
    sql(f"CREATE USER '{user}'@'%' IDENTIFIED BY '{password}'")
    sql(f"GRANT ALL ON *.* TO '{user}'@'%' WITH GRANT OPTION")
    scene.keep(ADMINS["main"], username=user, password=scene.administrator.password)
    scene.keep(ADMINS["wrong"], username=user, password=scene.wrong.password)
    yield scene
    client.delete("v1", "Namespace", name)
    sql(f"DROP USER '{user}'@'%'")


@pytest.fixture
def sql() -> Iterator[Sql]:
    with connect(named_server("LAUNCHPAD_TEST_MYSQL", "mysql")) as run:
        yield run


@pytest.fixture
def instances(scene: Scene, sql: Sql) -> Iterator[dict[str, str]]:
    """One that goes well, one whose schema is a stranger's, one whose administrator cannot log in."""
    names = {part: f"{part}-{secrets.token_hex(3)}" for part in ("well", "taken", "wrong")}
    for instance in names.values():
        scene.keep(f"launchpad-instance-{instance}", P=scene.own.password, **{"P.next": scene.following.password})
    taken = f"{names['taken']}__openedx".replace("-", "_")
    sql(f"CREATE DATABASE `{taken}`")
    yield names
    sql(f"DROP DATABASE IF EXISTS `{taken}`")


def test_no_password_is_anywhere_after_any_operation(scene: Scene, instances: dict[str, str]) -> None:
    requests = [scene.request(instances[part], "wrong" if part == "wrong" else "main") for part in instances]

    with ThreadPoolExecutor() as pool:
        well, taken, wrong = pool.map(scene.run, requests)
    again = {"operation": "rotate", "step": "prepare"}
    prepared = scene.run(requests[0].model_copy(update=again))
    removed = scene.run(requests[0].model_copy(update={"operation": "deprovision", "delete_data": True}))

    assert [one.ok for one in (well, taken, wrong, prepared, removed)] == [True, False, False, True, True]
    assert "was not touched" in taken.failures[0].message
    assert scene.leaks(*instances.values()) == []


def test_password_that_leaked_would_be_found(scene: Scene) -> None:
    basic = base64.b64encode(f"admin:{scene.own.password}".encode()).decode()
    told = {"header": f"Basic {basic}", "text": json.dumps(json.dumps(scene.following.password))}
    for number, (key, value) in enumerate(told.items()):
        metadata = {"name": f"leak-{number}", "namespace": scene.namespace}
        scene.client.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {key: value}})

    assert scene.leaks() == [f"ConfigMap {scene.namespace}/leak-{number}" for number in range(2)]
