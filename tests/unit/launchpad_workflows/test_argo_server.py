"""The client of Argo's server, against a server that answers as Argo's does (see test_examples.py for the real one)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from launchpad_workflows.argo_server import ArgoServerClient
from launchpad_workflows.client import WORKFLOWS, Object
from launchpad_workflows.errors import Absent, Forbidden, NotServed, ProvisioningError, Refused, Unavailable
from launchpad_workflows.submit import submit

from tests.unit.launchpad_workflows.fakes import mysql_request
from tests.unit.scripted_server import Reply, Script, served

TEMPLATE: Object = {
    "apiVersion": WORKFLOWS,
    "kind": "WorkflowTemplate",
    "metadata": {"name": "launchpad-provision", "namespace": "launchpad"},
}
NOT_FOUND = Reply(404, '{"code": 5, "message": "not found"}')


@pytest.fixture
def script() -> Iterator[Script]:
    with served(Reply(200, "{}")) as script:
        yield script


@pytest.fixture
def client(script: Script, tmp_path: Path) -> ArgoServerClient:
    (tmp_path / "token").write_text("first\n")
    return ArgoServerClient.connect(script.address, tmp_path / "token")


def asked(script: Script) -> list[str]:
    return [" ".join(line.split()[:2]) for line in script.seen]


@pytest.mark.parametrize(
    ("reply", "error", "said"),
    [
        (NOT_FOUND, Absent, "there is none"),
        (Reply(401, '{"code": 16, "message": "Unauthorized"}'), Forbidden, "does not accept the token"),
        (Reply(403, '{"code": 7, "message": "not allowed to get"}'), Forbidden, "may not (not allowed to get)"),
        (
            Reply(403, '{"error": {"grpc_code": 7, "message": "not allowed to watch"}}'),
            Forbidden,
            "not allowed to watch",
        ),
        (Reply(409, '{"code": 6, "message": "exists"}'), Refused, "409 exists"),
        (Reply(503, "<html>"), Unavailable, "at the moment"),
        (Reply(400, "Client sent an HTTP request to an HTTPS server."), Refused, "is not Argo's server"),
        (Reply(200, "<html>Log in</html>"), Refused, "is not Argo's server"),
        (Reply(302, "", {"Location": "/login"}), Refused, "is not Argo's server"),
        (Reply(404, "<html>"), Refused, "is not Argo's server"),
        (Reply(cut=-1), Unavailable, "does not answer"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_every_answer_has_its_sentence(
    client: ArgoServerClient, script: Script, reply: Reply, error: type[ProvisioningError], said: str
) -> None:
    script.replies = [reply]

    with pytest.raises(error) as caught:
        client.get(WORKFLOWS, "Workflow", "run", "launchpad")

    assert type(caught.value) is error
    assert said in str(caught.value)
    assert "first" not in str(caught.value)


def test_server_that_is_away_is_told_with_its_address(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")

    with pytest.raises(Unavailable, match=r"does not answer at http://127\.0\.0\.1:1 "):
        ArgoServerClient.connect("http://127.0.0.1:1", tmp_path / "token").find(
            WORKFLOWS, "Workflow", "run", "launchpad"
        )


@pytest.mark.parametrize("host", ["argo.example.com", "https://", "ftp://argo.example.com", ""])
def test_address_that_is_none_is_told(host: str, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("t")

    with pytest.raises(Refused, match="is no address"):
        ArgoServerClient.connect(host, tmp_path / "token").list(WORKFLOWS, "Workflow", "launchpad")


def test_token_is_read_for_each_request(client: ArgoServerClient, script: Script, tmp_path: Path) -> None:
    client.list(WORKFLOWS, "Workflow", "launchpad", labels="a=b")
    (tmp_path / "token").write_text("second")
    client.list(WORKFLOWS, "Workflow", "launchpad")

    assert script.tokens == ["Bearer first", "Bearer second"]
    assert asked(script)[0] == "GET /api/v1/workflows/launchpad?listOptions.labelSelector=a%3Db"


@pytest.mark.parametrize("content", [None, b" \n", b"\xff", b"two words"], ids=["missing", "empty", "binary", "text"])
def test_token_file_without_token_is_told(content: bytes | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "token").write_bytes(content)

    with pytest.raises(Absent, match=f"{tmp_path}/token"):
        ArgoServerClient.connect("http://127.0.0.1:1", tmp_path / "token")


def test_apply_makes_what_is_missing_and_replaces_the_version_that_is_there(
    client: ArgoServerClient, script: Script
) -> None:
    live = Reply(200, json.dumps({"metadata": {"name": "launchpad-provision", "resourceVersion": "7"}}))
    script.replies = [NOT_FOUND, live, live, live]

    client.apply(TEMPLATE)
    client.apply(TEMPLATE)

    path = "/api/v1/workflow-templates/launchpad"
    one = f"{path}/launchpad-provision"
    assert asked(script) == [f"GET {one}", f"POST {path}", f"GET {one}", f"PUT {one}"]
    assert json.loads(script.bodies[3])["template"]["metadata"]["resourceVersion"] == "7"


def test_last_lines_of_a_runs_pod_are_found_by_its_node(client: ArgoServerClient, script: Script) -> None:
    node = {"id": "run-123", "type": "Pod", "templateName": "one", "phase": "Failed"}
    workflow = Reply(200, json.dumps({"metadata": {"name": "run"}, "status": {"nodes": {"run-123": node}}}))
    lines = Reply(200, '{"result": {"content": "first"}}\n{"result": {"content": "last"}}\n')
    script.replies = [workflow, lines]

    (pod,) = client.list("v1", "Pod", "launchpad", labels="workflows.argoproj.io/workflow=run")
    text = client.logs("launchpad", pod["metadata"]["name"], container="main", tail=2)

    assert text == "first\nlast"
    assert asked(script)[1].startswith("GET /api/v1/workflows/launchpad/run/run-one-123/log?")


def test_what_argos_server_lacks_is_told_and_does_not_hinder_a_run(client: ArgoServerClient, script: Script) -> None:
    with pytest.raises(NotServed, match="serves no ConfigMap: use a client of Kubernetes"):
        client.find("v1", "ConfigMap", "any", "launchpad")

    run = submit(client, mysql_request())

    assert [line.split()[0] for line in script.seen] == ["GET", "POST"]
    assert json.loads(script.bodies[1])["workflow"]["metadata"]["name"] == run.name
