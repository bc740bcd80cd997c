"""Servers in a file that only its owner reads, at any moment whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tutor_launchpad.adapters.servers import FILE, FileServers, find_server
from tutor_launchpad.core.errors import LaunchpadError, NotFound
from tutor_launchpad.core.resources import Server

MYSQL = Server("mysql", "main", "direct", {"host": "db", "port": 3306, "tls": True}, ("10.0.0.0/24",))
STORAGE = Server("storage", "main", "minio", {"endpoint": "https://s3.example.com"})
CREDENTIALS = {"username": "root", "password": "h1dden"}


@pytest.fixture
def servers(tmp_path: Path) -> FileServers:
    (tmp_path / FILE).parent.mkdir()
    return FileServers(tmp_path)


def test_what_is_added_is_found_until_it_is_removed(servers: FileServers) -> None:
    assert servers.all() == []

    servers.add(STORAGE, CREDENTIALS)
    servers.add(MYSQL, CREDENTIALS)
    servers.add(MYSQL, {**CREDENTIALS, "password": "n3w"})

    assert servers.all() == [MYSQL, STORAGE]
    assert servers.credentials(MYSQL)["password"] == "n3w"
    assert find_server(servers, "storage", "main") == STORAGE
    servers.remove(MYSQL)
    assert servers.all() == [STORAGE]


def test_unknown_server_names_those_of_its_resource_and_the_command(servers: FileServers) -> None:
    servers.add(STORAGE, CREDENTIALS)

    with pytest.raises(NotFound, match=r"known: main\): register it with `tutor launchpad server add storage x"):
        find_server(servers, "storage", "x")
    with pytest.raises(NotFound, match=r"No server mysql/main is registered \(known: none\)"):
        find_server(servers, "mysql", "main")


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_file_is_the_owners_from_its_first_byte(
    servers: FileServers, monkeypatch: pytest.MonkeyPatch, umask: int
) -> None:
    modes: list[int] = []
    monkeypatch.setattr("os.fsync", lambda handle: modes.append(os.fstat(handle).st_mode & 0o777))
    before = os.umask(umask)
    servers.add(MYSQL, CREDENTIALS)
    os.umask(before)

    assert [*modes, servers.path.stat().st_mode & 0o777] == [0o600, 0o600]


def test_open_file_becomes_the_owners_with_the_next_change(servers: FileServers) -> None:
    servers.path.write_text("{}")
    servers.path.chmod(0o644)

    servers.add(MYSQL, CREDENTIALS)

    assert servers.path.stat().st_mode & 0o777 == 0o600


def test_write_that_fails_leaves_the_old_file_whole(servers: FileServers, monkeypatch: pytest.MonkeyPatch) -> None:
    servers.add(MYSQL, CREDENTIALS)

    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(LaunchpadError, match=r"Cannot write .*servers.json: No space left on device"):
        servers.add(STORAGE, CREDENTIALS)

    assert servers.all() == [MYSQL]


def test_write_that_fails_leaves_no_passwords_about(servers: FileServers, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(LaunchpadError):
        servers.add(STORAGE, CREDENTIALS)

    assert [path.name for path in servers.path.parent.iterdir()] == ["servers.json.lock"]


ADD_MANY = """
import sys
from pathlib import Path
from tutor_launchpad.adapters.servers import FileServers
from tutor_launchpad.core.resources import Server
for number in range(20):
    server = Server("mysql", f"s{sys.argv[2]}-{number}", "direct", {"host": "db", "port": 3306})
    FileServers(Path(sys.argv[1])).add(server, {"username": "root", "password": "h1dden"})
"""


def test_servers_added_at_the_same_time_are_all_kept(servers: FileServers) -> None:
    words = [sys.executable, "-c", ADD_MANY, str(servers.root)]
    running = [subprocess.Popen([*words, str(number)]) for number in range(4)]

    assert [process.wait(60) for process in running] == [0, 0, 0, 0]
    assert len(servers.all()) == 80
    assert {path.name for path in servers.path.parent.iterdir()} == {"servers.json", "servers.json.lock"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h1dden",
        "[]",
        "7",
        '{"a": 1}',
        '{"a": {"server": {}}}',
        '{"a": {"server": {"x": 1}, "credentials": {}}}',
        "\0",
    ],
)
def test_file_that_is_not_ours_is_named_and_not_quoted(servers: FileServers, text: str) -> None:
    servers.path.write_text(text)

    with pytest.raises(LaunchpadError, match="cannot be read: move it away") as caught:
        servers.all()

    assert "h1dden" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(LaunchpadError, match="Cannot write"):
        FileServers(tmp_path / "gone").add(MYSQL, CREDENTIALS)
