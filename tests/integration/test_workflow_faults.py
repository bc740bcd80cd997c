"""What goes wrong around a run on a real cluster: lost pods, upgrades, others at the same time. Settings: test_workflow.py.

Pods reach the database by this machine (LAUNCHPAD_TEST_HOST), so that they can be held in the middle.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from launchpad_workflows.client import WORKFLOWS, Object
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.register import register
from launchpad_workflows.requests import MySQL, Request
from launchpad_workflows.templates.common import TemplateParams

from tests.cluster.environment import kubectl
from tests.integration.conftest import named_server
from tests.integration.cutting import Holder
from tests.integration.mysql.conftest import Sql, resource, runner, sql
from tests.integration.test_workflow import client, namespace, request_, run

__all__ = ["client", "namespace", "request_", "resource", "runner", "sql"]  # fixtures
pytestmark = pytest.mark.slow
MIDDLE = 12
"""Piece of a provision run by which the user is made and the schema is not."""
DEPROVISION = {"operation": "deprovision", "delete_data": True}


@pytest.fixture
def holder() -> Iterator[Holder]:
    server = named_server("LAUNCHPAD_TEST_MYSQL", "mysql")
    found = Holder(server.host, server.port, address="0.0.0.0")
    yield found
    found.go_on.set()
    found.close()


@pytest.fixture
def held_request(request_: Request, holder: Holder) -> Request:
    if not os.environ.get("LAUNCHPAD_TEST_HOST"):
        pytest.skip("LAUNCHPAD_TEST_HOST is not set: pods do not reach this machine")
    there = {"host": os.environ["LAUNCHPAD_TEST_HOST"], "port": holder.port}
    return request_.model_copy(update={"resources": (request_.resources[0].model_copy(update=there),)})


def attempts(client: KubernetesClient, namespace: str, name: str) -> list[Object]:
    nodes = client.get(WORKFLOWS, "Workflow", name, namespace)["status"]["nodes"].values()
    return sorted((node for node in nodes if node["type"] == "Pod"), key=lambda node: str(node.get("startedAt")))


def wait_for_argo_to_see_it_run(client: KubernetesClient, namespace: str, name: str) -> None:
    """A pod that goes before that is simply made again."""
    end = time.monotonic() + 60
    while [node["phase"] for node in attempts(client, namespace, name)] != ["Running"]:
        assert time.monotonic() < end
        time.sleep(0.5)


_KILL = """
import os, pathlib
for process in pathlib.Path("/proc").glob("[0-9]*"):
    if (process / "comm").read_text().startswith("launchpad-work"):
        os.kill(int(process.name), 9)
"""


def lose(namespace: str, pod: str) -> None:
    kubectl("-n", namespace, "delete", "pod", pod, "--grace-period=0", "--force")


def evict(namespace: str, pod: str) -> None:
    kubectl("-n", namespace, "delete", "pod", pod, "--grace-period=20")


def kill(namespace: str, pod: str) -> None:
    """As a node does that has no memory left."""
    kubectl("-n", namespace, "exec", pod, "-c", "main", "--", "python3", "-c", _KILL)


@pytest.mark.parametrize("end", [lose, evict, kill])
def test_run_whose_pod_goes_in_the_middle_is_finished_by_the_template_that_it_began_with(
    client: KubernetesClient,
    namespace: str,
    held_request: Request,
    holder: Holder,
    sql: Sql,
    end: Callable[[str, str], None],
) -> None:
    image = os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"]
    params = TemplateParams(image=image, namespace=namespace, attempts=2)
    holder.cut_at(MIDDLE)

    with ThreadPoolExecutor() as pool:
        running = pool.submit(run, client, held_request, namespace)
        assert holder.held.wait(60)
        assert "WorkflowTemplate launchpad-provision" in register(
            client, replace(params, image="worker:of-no-registry")
        )
        instance = f"launchpad.openedx.org/instance={held_request.instance}"
        (workflow,) = client.list(WORKFLOWS, "Workflow", namespace, labels=instance)
        labels = f"workflows.argoproj.io/workflow={workflow['metadata']['name']}"
        (pod,) = client.list("v1", "Pod", namespace, labels=labels)
        wait_for_argo_to_see_it_run(client, namespace, workflow["metadata"]["name"])
        end(namespace, pod["metadata"]["name"])
        holder.go_on.set()
        finished = running.result()
    register(client, params)

    assert finished.ok, finished
    assert [node["phase"] for node in attempts(client, namespace, finished.run.name)][1:] == ["Succeeded"]
    assert run(client, held_request, namespace).outcomes[0].status == "unchanged"


def test_provision_and_removal_at_once_end_as_one_after_the_other(
    client: KubernetesClient, namespace: str, request_: Request, sql: Sql
) -> None:
    removal = request_.model_copy(update=DEPROVISION)
    run(client, request_, namespace)

    with ThreadPoolExecutor() as pool:
        removed, made = pool.map(lambda one: run(client, one, namespace), (removal, request_))

    assert (made.ok, removed.ok) == (True, True), (made, removed)
    assert_whole(client, namespace, request_, sql)
    assert run(client, removal, namespace).outcomes[0].status in ("removed", "absent")
    assert ClusterOwnership(client, namespace).owned(request_.instance) == {}
    assert run(client, request_, namespace).outcomes[0].status == "created"
    assert_whole(client, namespace, request_, sql)


def assert_whole(client: KubernetesClient, namespace: str, request: Request, sql: Sql) -> None:
    """Schema, user and records are all there, or none of them is."""
    part = request.resources[0]
    assert isinstance(part, MySQL)
    (user,) = part.users()
    there = {
        bool(sql(f"SHOW DATABASES LIKE '{part.databases[0].name}'")),
        bool(sql(f"SELECT 1 FROM mysql.user WHERE user = '{user}'")),
        bool(ClusterOwnership(client, namespace).owned(request.instance, made=True)),
    }
    assert len(there) == 1
