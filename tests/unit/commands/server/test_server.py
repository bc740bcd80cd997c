"""`tutor launchpad server …` without a cluster: what is kept, shown and taken away."""

from __future__ import annotations

import json
from pathlib import Path

from launchpad_workflows.items import Item
from launchpad_workflows.ownership import FileOwnership

from tests.conftest import Root
from tests.unit.commands.server.words import (
    GIVEN,
    MYSQL,
    PASSWORD,
)
from tutor_launchpad.steps.runners import OWNERS


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
