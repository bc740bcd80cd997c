"""`tutor launchpad server …` without a cluster: wrong usage, and what is kept and shown."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

import certifi
import pytest
from click.testing import CliRunner, Result
from launchpad_workflows import registry
from launchpad_workflows.items import Item
from launchpad_workflows.ownership import FileOwnership
from launchpad_workflows.requests import Resource

from tests.conftest import Root
from tutor_launchpad import hooks
from tutor_launchpad.adapters.servers import FileServers
from tutor_launchpad.commands import launchpad
from tutor_launchpad.commands.server import session
from tutor_launchpad.core.resources import plan_mysql
from tutor_launchpad.steps.runners import OWNERS

PASSWORD = "h1dden-passw0rd"
GIVEN = ["--user", "root", "--password-file", "-"]
MYSQL = ["mysql", "main", "--host", "db.example.com"]
MONGODB = ["mongodb", "main", "--host", "mongo.example.com"]
MANAGED = [*MYSQL, "--provider", "digitalocean", "--option", "cluster=9cc10173-e9ea-4176-9dbc-a4cee4c4ff30"]
SPACES = ["storage", "main", "--endpoint", "https://nyc3.example.com", "--provider", "spaces"]
ATLAS = [
    "mongodb",
    "main",
    "--provider",
    "atlas",
    "--host",
    "mongodb+srv://main-0.ab1cd.mongodb.net",
    "--option",
    "cluster=Main-0",
]
PROJECT = ["--option", "project=0123456789abcdef01234567"]
AWS = ["storage", "main", "--provider", "s3", "--region", "eu-central-1"]
STORAGE = ["storage", "main", "--endpoint", "https://s3.example.com"]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["mysql", "main", *GIVEN], "A mysql server needs --host."),
        (["storage", "main", *GIVEN], "A storage server needs --endpoint."),
        (["storage", "main", "--provider", "s3", *GIVEN], "a store of AWS needs its region"),
        ([*ATLAS, *GIVEN], "A mongodb server of provider atlas needs --option project=…."),
        ([*ATLAS, *PROJECT, *GIVEN, "--token-file", __file__], "--token-file is not for the provider atlas"),
        ([*AWS, *GIVEN, "--option", "path=x"], "This cannot be registered"),
        ([*AWS, *GIVEN, "--option", "buckets=x"], "those that are: path, permissions_boundary, iam_endpoint."),
        ([*MYSQL, "--region", "x", *GIVEN], "--region is not for mysql."),
        ([*MYSQL, "--replica-set", "x", *GIVEN], "--replica-set is not for mysql."),
        ([*STORAGE, "--port", "1", *GIVEN], "--port is not for storage."),
        ([*STORAGE, "--tls", *GIVEN], "--tls is not for storage."),
        ([*MYSQL, "--no-retry-writes", *GIVEN], "--no-retry-writes is not for mysql."),
        ([*MYSQL, "--tls", *GIVEN], "--tls is not for mysql."),
        ([*MYSQL, "--ca-file", __file__, *GIVEN], "--ca-file is not for mysql: Open edX does not check"),
        ([*MONGODB, "--ca-file", __file__, *GIVEN], "--ca-file needs --tls."),
        ([*MONGODB, "--tls", "--ca-file", __file__, *GIVEN], "--ca-file holds no certificate"),
        ([*STORAGE, "--ca-file", __file__, *GIVEN], "--ca-file holds no certificate"),
        ([*STORAGE, "--ca-file", "/dev/null", *GIVEN], "--ca-file holds no certificate"),
        ([*MYSQL, "--user", "", "--password-file", "-"], "--user is empty."),
        (["redis", "main", *GIVEN], "'redis' is not one of"),
        (["mysql", *GIVEN], "Missing argument 'NAME'"),
        ([*MYSQL, "--user", "root"], "Missing option '--password-file'"),
        ([*MYSQL, "--password-file", "-"], "Missing option '--user'"),
        ([*MYSQL, "--user", "root", "--password-file", "/no/such/file"], "No such file"),
        ([*MYSQL, *GIVEN, "--port", "0"], "0 is not in the range"),
        (["mysql", "main", "--host", "db:3306", *GIVEN], "--host db:3306 has a port: give --host db --port 3306."),
        ([*MYSQL, *GIVEN, "--provider", "existing"], "are not for the provider existing, which has no administrator"),
        ([*MYSQL, *GIVEN, "--cidr", "10.0.0.0/33"], "--cidr '10.0.0.0/33' is not a network"),
        ([*MYSQL, *GIVEN, "--cidr", "10.0.0.1/24"], "has host bits set"),
        ([*MYSQL, *GIVEN, "--provider", "magic"], "resources: no provider magic for resource mysql"),
        (["mysql", "Main DB", "--host", "db", *GIVEN], "This cannot be registered"),
        (["mysql", "main", "--host", "db; drop", *GIVEN], "This cannot be registered"),
        (["storage", "main", "--endpoint", "s3.example.com", *GIVEN], "This cannot be registered"),
        (["storage", "main", "--endpoint", "https://s3.example.com:99999", *GIVEN], "This cannot be registered"),
        ([*STORAGE, *GIVEN, "--addressing", "odd"], "'odd' is not one of"),
        ([*STORAGE, *GIVEN, "--token-file", __file__], "--token-file is not for the provider minio"),
        (
            [*SPACES, *GIVEN],
            "The provider spaces needs --token-file: a token for its API with the scopes spaces_key:read,",
        ),
        ([*SPACES, *GIVEN, "--token-file", "-"], "--password-file and --token-file cannot both be -"),
        ([*SPACES, *GIVEN, "--token-file", __file__], "--token-file holds no token"),
        ([*SPACES, *GIVEN, "--token-file", "/dev/null"], "--token-file holds no token"),
        (
            [*MYSQL, *GIVEN, "--option", "tls=true"],
            "--option tls is not for mysql of provider direct; those that are: none.",
        ),
        ([*MANAGED, "--token-file", __file__, *GIVEN], "--token-file holds no token"),
        ([*MANAGED, *GIVEN], "needs --token-file: a token for its API with the scopes database:read, database:create,"),
        ([*SPACES, *GIVEN, "--option", "buckets=x"], "is not for storage of provider spaces; those that are: api."),
        ([*MYSQL, *GIVEN, "--context", "x", "--no-cluster"], "--context and --no-cluster exclude each other."),
    ],
)
def test_wrong_usage_of_add_ends_with_status_2(tmp_path: Path, words: list[str], sentence: str) -> None:
    import_module("tutor_launchpad.plugin")  # registers the resources

    result = CliRunner().invoke(
        launchpad, ["server", "add", *words], input=PASSWORD, obj=SimpleNamespace(root=tmp_path)
    )

    assert result.exit_code == 2, result.output
    assert sentence in result.output
    assert PASSWORD not in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [(b"", "is empty"), (b"\n", "is empty"), (b"\xff\x00", "is no text"), (b"one\ntwo\n", "has more than one line")],
)
def test_password_file_without_a_password_is_wrong_usage(tmp_path: Path, content: bytes, sentence: str) -> None:
    (tmp_path / "password").write_bytes(content)
    import_module("tutor_launchpad.plugin")  # registers the resources
    words = ["server", "add", *MYSQL, "--user", "root", "--password-file", str(tmp_path / "password")]

    result = CliRunner().invoke(launchpad, words, obj=SimpleNamespace(root=tmp_path))

    assert result.exit_code == 2, result.output
    assert sentence in result.output


@pytest.mark.parametrize(
    "words",
    [["remove", "mysql"], ["check", "mysql"], ["check", "redis", "x"], ["list", "extra"], ["list", "--output", "xml"]],
)
def test_wrong_usage_of_the_others(tmp_path: Path, words: list[str]) -> None:
    result = CliRunner().invoke(launchpad, ["server", *words], obj=SimpleNamespace(root=tmp_path))

    assert result.exit_code == 2


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
def planner(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another plugin adds a planner of the resource `queue`."""
    monkeypatch.setattr(hooks.RESOURCES, "apply", lambda found: {**found, "queue": plan_mysql})


def add(root: Path, *words: str) -> Result:
    return CliRunner().invoke(
        launchpad, ["server", "add", *words, *GIVEN, "--no-cluster"], input=PASSWORD, obj=SimpleNamespace(root=root)
    )


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
    tmp_path: Path, planner: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "launchpad").mkdir()
    monkeypatch.setattr(session, "open_servers", lambda root, *_, **__: FileServers(root))

    result = add(tmp_path, *QUEUE, "--port", "5672", "--option", "vhost=a=b")
    (server,) = FileServers(tmp_path).all()

    assert result.exit_code == 0, result.output
    assert (server.provider, server.port) == ("test", 5672)
    assert server.settings == {"host": "queue.example.com", "port": 5672, "vhost": "a=b"}


def test_authority_of_mongodb_is_public_as_open_edx_is_told_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_module("tutor_launchpad.plugin")  # registers the resources
    (tmp_path / "launchpad").mkdir()
    pem = certifi.contents()[certifi.contents().index("-----BEGIN") :].partition("-----END CERTIFICATE-----\n")
    (tmp_path / "ca.crt").write_text(f"Subject: somebody\r\n{pem[0]}{pem[1]}")
    monkeypatch.setattr(session, "open_servers", lambda root, *_, **__: FileServers(root))

    result = add(tmp_path, *MONGODB, "--tls", "--ca-file", str(tmp_path / "ca.crt"))

    assert result.exit_code == 0, result.output
    (server,) = FileServers(tmp_path).all()
    assert server.settings["ca"] == pem[0] + pem[1]
    assert "ca.crt" not in FileServers(tmp_path).credentials(server)


def test_server_without_retryable_writes_is_known_to_open_edx_and_to_the_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_module("tutor_launchpad.plugin")  # registers the resources
    (tmp_path / "launchpad").mkdir()
    monkeypatch.setattr(session, "open_servers", lambda root, *_, **__: FileServers(root))

    result = add(tmp_path, *MONGODB, "--no-retry-writes")

    assert result.exit_code == 0, result.output
    (server,) = FileServers(tmp_path).all()
    assert server.settings == {"host": "mongo.example.com", "port": 27017, "retry_writes": False}


def test_managed_cluster_is_named_by_its_id_and_has_a_port_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_module("tutor_launchpad.plugin")  # registers the resources
    (tmp_path / "launchpad").mkdir()
    (tmp_path / "token").write_text("dop_v1_t0ken")
    monkeypatch.setattr(session, "open_servers", lambda root, *_, **__: FileServers(root))

    lacking = add(tmp_path, *MYSQL, "--provider", "digitalocean", "--token-file", str(tmp_path / "token"))
    added = [
        add(tmp_path, resource, *MANAGED[1:], "--token-file", str(tmp_path / "token"))
        for resource in ("mysql", "mongodb")
    ]

    assert (lacking.exit_code, "needs --option cluster=…." in lacking.output) == (2, True)
    assert [one.exit_code for one in added] == [0, 0], added[1].output
    given = {"host": "db.example.com", "cluster": MANAGED[-1].partition("=")[2]}
    mongodb, mysql = FileServers(tmp_path).all()
    assert mysql.settings == {**given, "port": 25060}
    assert mongodb.settings == {**given, "port": 27017, "tls": True}


@pytest.mark.parametrize(("api", "status"), [("https://api.example.com", 0), ("http://api.example.com", 2)])
def test_token_is_kept_beside_the_password_and_goes_by_tls_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: str, status: int
) -> None:
    import_module("tutor_launchpad.plugin")  # registers the resources
    (tmp_path / "launchpad").mkdir()
    (tmp_path / "token").write_text("dop_v1_t0ken\n")
    monkeypatch.setattr(session, "open_servers", lambda root, *_, **__: FileServers(root))

    result = add(tmp_path, *SPACES, "--token-file", str(tmp_path / "token"), "--option", f"api={api}")

    assert result.exit_code == status, result.output
    servers = FileServers(tmp_path)
    kept = [(one.settings["api"], servers.credentials(one)) for one in servers.all()]
    login = {"username": "root", "password": PASSWORD, "token": "dop_v1_t0ken"}
    address = f"https://nyc3.example.com by {api}"
    assert kept == ([] if status else [(api, {**login, "address": address})])


@pytest.mark.parametrize(("words", "srv"), [([], True), (["--option", "srv=false"], False)])
def test_cluster_of_atlas_is_registered_with_tls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], srv: bool
) -> None:
    import_module("tutor_launchpad.plugin")  # registers the resources
    (tmp_path / "launchpad").mkdir()
    monkeypatch.setattr(session, "open_servers", lambda root, *_, **__: FileServers(root))

    result = add(tmp_path, *ATLAS, *PROJECT, *words)
    (server,) = FileServers(tmp_path).all()

    assert result.exit_code == 0, result.output
    assert (server.settings["tls"], server.settings["srv"], server.port) == (True, srv, 27017)
    assert server.settings["host"] == "main-0.ab1cd.mongodb.net"


def test_store_of_aws_is_registered_with_the_endpoint_of_its_region(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_module("tutor_launchpad.plugin")  # registers the resources
    (tmp_path / "launchpad").mkdir()
    monkeypatch.setattr(session, "open_servers", lambda root, *_, **__: FileServers(root))

    result = add(tmp_path, *AWS, "--option", "path=/sites/")
    (server,) = FileServers(tmp_path).all()

    assert result.exit_code == 0, result.output
    endpoint = "https://s3.eu-central-1.amazonaws.com"
    assert server.settings == {
        "region": "eu-central-1", "path": "/sites/", "endpoint": endpoint, "addressing": "auto",
    }  # fmt: skip
    assert FileServers(tmp_path).credentials(server)["address"] == endpoint


def test_server_is_added_listed_and_removed(root: Root, tmp_path: Path) -> None:
    added = root.tutor("launchpad", "server", "add", *MYSQL, *GIVEN, stdin=f"{PASSWORD}\n")
    kept = root.path / "launchpad" / "servers.json"
    listed = root.launchpad("server", "list")
    document = root.launchpad("server", "list", "--output", "json")
    asked = root.launchpad("server", "remove", "mysql", "main")
    removed = root.launchpad("server", "remove", "mysql", "main", "--yes")

    assert added.stdout.startswith("Server mysql/main is registered.")
    assert "narrow that with --cidr" in added.stderr
    assert listed.stdout.split() == ["mysql", "main", "direct", "db.example.com:3306"]
    assert json.loads(document.stdout)[0]["settings"] == {"host": "db.example.com", "port": 3306}
    assert "confirm its removal with --yes" in asked.stderr
    assert (asked.status, removed.status) == (1, 0)
    assert json.loads(kept.read_text()) == {}
    assert all(PASSWORD not in ran.stdout + ran.stderr for ran in (added, listed, document, asked, removed))


def test_server_with_an_instances_data_stays(root: Root) -> None:
    root.tutor("launchpad", "server", "add", *MYSQL, *GIVEN, stdin=PASSWORD)
    FileOwnership(root.path / OWNERS).record([Item("mysql", "main", "database", "moon__openedx")], "moon")

    ran = root.launchpad("server", "remove", "mysql", "main", "--yes")

    assert ran.status == 1
    assert "Server mysql/main keeps data of moon" in ran.stderr


def test_server_moves_only_while_it_keeps_no_data(root: Root) -> None:
    moved = ["mysql", "main", "--host", "other.example.com", *GIVEN]
    root.tutor("launchpad", "server", "add", *MYSQL, *GIVEN, stdin=PASSWORD)
    ownership = FileOwnership(root.path / OWNERS)
    ownership.claim([Item("mysql", "main", "database", "moon__openedx")], "moon")
    asked = root.tutor("launchpad", "server", "add", *moved, stdin=PASSWORD)
    there = root.tutor("launchpad", "server", "add", *moved, "--yes", stdin=PASSWORD)
    ownership.record([Item("mysql", "main", "database", "moon__openedx")], "moon")
    used = root.tutor("launchpad", "server", "add", *MYSQL, *GIVEN, "--yes", stdin=PASSWORD)
    rotated = root.tutor("launchpad", "server", "add", *moved, stdin="n3w-passw0rd")
    kept = json.loads((root.path / "launchpad" / "servers.json").read_text())["mysql/main"]

    assert "stays registered at db.example.com:3306: confirm the change with --yes." in asked.stderr
    assert "Server mysql/main keeps data of moon" in used.stderr
    assert [ran.status for ran in (asked, there, used, rotated)] == [1, 0, 1, 0]
    assert kept["server"]["settings"]["host"] == "other.example.com"
    assert kept["credentials"]["address"] == "other.example.com:3306"
    assert kept["credentials"]["password"] == "n3w-passw0rd"


def test_mistyped_server_can_be_removed_although_names_were_claimed_on_it(root: Root) -> None:
    root.tutor("launchpad", "server", "add", *MYSQL, *GIVEN, stdin=PASSWORD)
    ownership = FileOwnership(root.path / OWNERS, "AbC")
    ownership.claim([Item("mysql", "main", "database", "moon__openedx")], "moon")

    ran = root.launchpad("server", "remove", "mysql", "main", "--yes")

    assert (ran.status, ownership.owned()) == (0, {})


def test_unknown_server_and_server_that_does_not_answer(root: Root) -> None:
    unknown = root.launchpad("server", "check", "mysql", "main")
    root.tutor(
        "launchpad", "server", "add", "mysql", "main", "--host", "127.0.0.1", "--port", "9", *GIVEN, stdin=PASSWORD
    )
    silent = root.launchpad("server", "check", "mysql", "main")

    assert "No server mysql/main is registered (known: none)" in unknown.stderr
    assert silent.status == 1
    assert "mysql/main" in silent.stderr
    assert PASSWORD not in silent.stdout + silent.stderr
    assert "Traceback" not in unknown.stderr + silent.stderr
