"""What is kept of a server that is registered, for each kind of them."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Literal

import certifi
import pytest
from launchpad_workflows import registry
from launchpad_workflows.requests import Resource

from tests.unit.commands.server.words import (
    ATLAS,
    AWS,
    MANAGED,
    MONGODB,
    MYSQL,
    PASSWORD,
    PROJECT,
    SPACES,
    add,
)
from tutor_launchpad import hooks
from tutor_launchpad.adapters.servers import FileServers
from tutor_launchpad.commands.server import session
from tutor_launchpad.core.resources import plan_mysql


class Queue(Resource):
    """A resource of another package."""

    resource: Literal["queue"] = "queue"
    provider: str = "test"
    host: str
    port: int = 0
    vhost: str = "/"


registry.register(registry.Provider("queue", "test", f"{__name__}:Queue", f"{__name__}:Queue"))
QUEUE = ["queue", "main", "--host", "queue.example.com"]


@pytest.fixture
def servers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileServers:
    """Where servers of this root are kept, without its configuration being read."""
    import_module("tutor_launchpad.plugin")  # registers the resources
    (tmp_path / "launchpad").mkdir()
    monkeypatch.setattr(session, "open_servers", lambda root, *_, **__: FileServers(root))
    return FileServers(tmp_path)


@pytest.fixture
def planner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another plugin adds a planner of the resource `queue`."""
    monkeypatch.setattr(hooks.RESOURCES, "apply", lambda found: {**found, "queue": plan_mysql})


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([*QUEUE, "--option", "vhost"], "--option 'vhost' is not KEY=VALUE"),
        ([*QUEUE, "--option", "server=x"], "--option 'server' is not KEY=VALUE"),
        ([*QUEUE, "--option", "colour=x"], "colour: Extra inputs are not permitted"),
        (QUEUE, "a server needs a port, or an http(s) endpoint"),
        (["mysql", *QUEUE[1:]], "'mysql' is not 'queue'"),
    ],
)
def test_resource_of_another_plugin_is_checked(tmp_path: Path, planner: None, words: list[str], sentence: str) -> None:
    result = add(tmp_path, *words)

    assert result.exit_code == 2, result.output
    assert sentence in result.output


def test_resource_of_another_plugin_takes_options_that_we_do_not_know(
    tmp_path: Path, servers: FileServers, planner: None
) -> None:

    result = add(tmp_path, *QUEUE, "--port", "5672", "--option", "vhost=a=b")
    (server,) = servers.all()

    assert result.exit_code == 0, result.output
    assert (server.provider, server.port) == ("test", 5672)
    assert server.settings == {"host": "queue.example.com", "port": 5672, "vhost": "a=b"}


def test_authority_of_mongodb_is_public_as_open_edx_is_told_of_it(tmp_path: Path, servers: FileServers) -> None:
    pem = certifi.contents()[certifi.contents().index("-----BEGIN") :].partition("-----END CERTIFICATE-----\n")
    (tmp_path / "ca.crt").write_text(f"Subject: somebody\r\n{pem[0]}{pem[1]}")

    result = add(tmp_path, *MONGODB, "--tls", "--ca-file", str(tmp_path / "ca.crt"))

    assert result.exit_code == 0, result.output
    (server,) = servers.all()
    assert server.settings["ca"] == pem[0] + pem[1]
    assert "ca.crt" not in servers.credentials(server)


def test_server_without_retryable_writes_is_known_to_open_edx_and_to_the_worker(
    tmp_path: Path, servers: FileServers
) -> None:

    result = add(tmp_path, *MONGODB, "--no-retry-writes")

    assert result.exit_code == 0, result.output
    (server,) = servers.all()
    assert server.settings == {"host": "mongo.example.com", "port": 27017, "retry_writes": False}


def test_managed_cluster_is_named_by_its_id_and_has_a_port_of_its_own(tmp_path: Path, servers: FileServers) -> None:
    (tmp_path / "token").write_text("dop_v1_t0ken")

    lacking = add(tmp_path, *MYSQL, "--provider", "digitalocean", "--token-file", str(tmp_path / "token"))
    added = [
        add(tmp_path, resource, *MANAGED[1:], "--token-file", str(tmp_path / "token"))
        for resource in ("mysql", "mongodb")
    ]

    assert (lacking.exit_code, "needs --option cluster=…." in lacking.output) == (2, True)
    assert [one.exit_code for one in added] == [0, 0], added[1].output
    given = {"host": "db.example.com", "cluster": MANAGED[-1].partition("=")[2]}
    mongodb, mysql = servers.all()
    assert mysql.settings == {**given, "port": 25060}
    assert mongodb.settings == {**given, "port": 27017, "tls": True}


@pytest.mark.parametrize(("api", "status"), [("https://api.example.com", 0), ("http://api.example.com", 2)])
def test_token_is_kept_beside_the_password_and_goes_by_tls_alone(
    tmp_path: Path, servers: FileServers, api: str, status: int
) -> None:
    (tmp_path / "token").write_text("dop_v1_t0ken\n")

    result = add(tmp_path, *SPACES, "--token-file", str(tmp_path / "token"), "--option", f"api={api}")

    assert result.exit_code == status, result.output
    kept = [(one.settings["api"], servers.credentials(one)) for one in servers.all()]
    login = {"username": "root", "password": PASSWORD, "token": "dop_v1_t0ken"}
    address = f"https://nyc3.example.com by {api}"
    assert kept == ([] if status else [(api, {**login, "address": address})])


@pytest.mark.parametrize(("words", "srv"), [([], True), (["--option", "srv=false"], False)])
def test_cluster_of_atlas_is_registered_with_tls(
    tmp_path: Path, servers: FileServers, words: list[str], srv: bool
) -> None:

    result = add(tmp_path, *ATLAS, *PROJECT, *words)
    (server,) = servers.all()

    assert result.exit_code == 0, result.output
    assert (server.settings["tls"], server.settings["srv"], server.port) == (True, srv, 27017)
    assert server.settings["host"] == "main-0.ab1cd.mongodb.net"


def test_store_of_aws_is_registered_with_the_endpoint_of_its_region(tmp_path: Path, servers: FileServers) -> None:

    result = add(tmp_path, *AWS, "--option", "path=/sites/")
    (server,) = servers.all()

    assert result.exit_code == 0, result.output
    endpoint = "https://s3.eu-central-1.amazonaws.com"
    assert server.settings == {
        "region": "eu-central-1", "path": "/sites/", "endpoint": endpoint, "addressing": "auto",
    }  # fmt: skip
    assert servers.credentials(server)["address"] == endpoint
