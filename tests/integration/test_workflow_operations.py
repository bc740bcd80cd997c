"""Every operation as a workflow of a real cluster, with what is told of it searched for secrets. Settings: test_workflow.py."""

from __future__ import annotations

import json

from launchpad_workflows import remote
from launchpad_workflows.client import WORKFLOWS
from launchpad_workflows.cluster_ownership import ClusterOwnership
from launchpad_workflows.kube import KubernetesClient
from launchpad_workflows.requests import MySQL, Request
from launchpad_workflows.watch import Finished

from tests.integration.conftest import named_server
from tests.integration.mysql.conftest import Sql, resource, runner, sql
from tests.integration.test_workflow import (
    CANARY,
    DEADLINE,
    assert_no_secret,
    client,
    namespace,
    request_,
    write_secrets,
)

__all__ = ["client", "namespace", "request_", "resource", "runner", "sql"]  # fixtures
FOLLOWING = "following-canary's-100%-secret"


def run(client: KubernetesClient, request: Request, namespace: str, **changes: object) -> Finished:
    """One operation; nothing secret is in its workflow, nor in the logs and events that it leaves."""
    wanted = Request.model_validate({**dict(request), "resources": request.resources, **changes})
    ownership = ClusterOwnership(client, namespace)
    finished = remote.run(client, wanted, ownership, lambda _seen: None, namespace=namespace, deadline=DEADLINE)
    assert_no_secret(client, namespace, finished.run.name)
    told = [client.list("v1", kind, namespace) for kind in ("Event", "Pod", "ConfigMap")]
    told.append(client.list(WORKFLOWS, "WorkflowTaskResult", namespace))
    for secret in (CANARY, FOLLOWING):
        assert secret not in json.dumps(told)
    return finished


def test_what_was_made_is_verified_inspected_and_removed(
    client: KubernetesClient, namespace: str, request_: Request, sql: Sql
) -> None:
    run(client, request_, namespace)

    verified = run(client, request_, namespace, operation="verify")
    inspected = run(client, request_, namespace, operation="inspect", orphans=True)
    removed = run(client, request_, namespace, operation="deprovision", delete_data=True)
    again = run(client, request_, namespace, operation="deprovision", delete_data=True)

    statuses = [one.outcomes[0].status for one in (verified, inspected, removed, again)]
    assert statuses == ["verified", "inspected", "removed", "absent"]
    assert {one.state for one in inspected.outcomes[0].things} == {"right"}
    assert ClusterOwnership(client, namespace).owned(request_.instance) == {}
    part = request_.resources[0]
    assert isinstance(part, MySQL)
    assert sql(f"SHOW DATABASES LIKE '{part.databases[0].name}'") == []


def test_passwords_change_in_two_steps(client: KubernetesClient, namespace: str, request_: Request) -> None:
    run(client, request_, namespace)
    server = named_server("LAUNCHPAD_TEST_MYSQL", "mysql")
    write_secrets(client, namespace, request_.instance, server, {"P": CANARY, "P.next": FOLLOWING})

    prepared = run(client, request_, namespace, operation="rotate", step="prepare")
    write_secrets(client, namespace, request_.instance, server, {"P": FOLLOWING})
    part = request_.resources[0].model_copy(update={"generation": prepared.outcomes[0].generation})
    after = request_.model_copy(update={"resources": (part,)})
    retired = run(client, after, namespace, operation="rotate", step="retire")

    assert [one.outcomes[0].status for one in (prepared, retired)] == ["prepared", "retired"]
    assert run(client, after, namespace).outcomes[0].status == "unchanged"
    assert run(client, after, namespace, operation="deprovision", delete_data=True).ok
