"""`tutor launchpad inspect --orphans`: names that nobody owns, and names of instances that the repository does not have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from launchpad_workflows.items import Item
from launchpad_workflows.ownership import FileOwnership

from tests.unit.commands.conftest import Cli
from tests.unit.repositories import record, remove
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.git_process import Runner
from tutor_launchpad.adapters.repositories import EMBEDDED
from tutor_launchpad.adapters.servers import FILE
from tutor_launchpad.steps.runners import OWNERS

FORMER = Item("fake", "main", "thing", "former")
SPARE = Item("fake", "spare", "user", "former")


@pytest.fixture
def repository(cli: Cli) -> Repository:
    """The root's embedded repository, and a root that has an ID."""
    write(cli.root, ID="AbC")
    path = cli.root / EMBEDDED
    return Repository(str(path), "main", path, "", Runner(str(path)))


def write(root: Path, **settings: object) -> None:
    config = yaml.safe_load((root / "config.yml").read_text())
    (root / "config.yml").write_text(yaml.safe_dump({**config, **settings}))


def claim(root: Path, instance: str, id: str, *items: Item, made: bool = True) -> None:
    ownership = FileOwnership(root / OWNERS, id)
    ownership.claim(items, instance)
    if made:
        ownership.record(items, instance)


def test_what_nobody_owns_is_told_on_demand(cli: Cli) -> None:
    cli.run("provision")
    cli.server.things["stray"] = "?"

    assert "stray" not in cli.run("inspect").stdout
    assert cli.run("inspect", "--orphans").stdout.endswith(
        "fake/main, recorded for no instance of this Tutor root:\n  thing stray\n"
    )
    found = cli.json("inspect", "--orphans")
    assert list(found)[-4:] == ["orphans", "unrecorded", "owners", "unseen"]
    assert (found["orphans"], found["owners"]) == ({"fake/main": ["thing/stray"]}, [])
    assert cli.json("inspect")["owners"] is None


def test_name_of_an_instance_whose_folder_was_removed_is_told_with_what_to_do(cli: Cli, repository: Repository) -> None:
    cli.run("provision")
    record(repository, "old", "XyZ")
    commit = remove(repository, "old")
    claim(cli.root, "old", "XyZ", FORMER)
    claim(cli.root, "old", "XyZ", SPARE, made=False)
    cli.server.things["former"] = "old"

    shown, found = cli.run("inspect", "--orphans"), cli.json("inspect", "--orphans")

    assert (shown.exit_code, found["orphans"], found["unseen"]) == (0, {}, {})
    (owner,) = found["owners"]
    assert list(owner) == ["instance", "root", "standing", "what", "todo", "names", "claimed", "live"]
    assert (owner["instance"], owner["root"], owner["standing"]) == ("old", "XyZ", "removed")
    assert (owner["names"], owner["claimed"]) == ({"fake/main": ["thing/former"]}, {"fake/spare": ["user/former"]})
    told = shown.stdout.splitlines()[3:]
    assert told[0].startswith(f"recorded for instance old of Tutor root XyZ: commit {commit[:10]} of 20")
    assert told[1:] == [
        "  fake/main thing former",
        "  fake/spare user former, perhaps never made",
        "  → free the names with `tutor launchpad deprovision` from its Tutor root, or without it as docs/howto/remove.md says",
    ]


def test_instance_that_was_only_provisioned_is_not_said_to_be_removed(cli: Cli, repository: Repository) -> None:
    cli.run("provision")
    record(repository, "sun", "SuN")
    claim(cli.root, "new", "XyZ", FORMER)
    claim(cli.root, "sun", "SuN", SPARE)

    (owner,) = cli.json("inspect", "--orphans")["owners"]

    assert (owner["instance"], owner["standing"]) == ("new", "undeployed")
    assert owner["todo"].startswith("deploy it from its Tutor root; if it shall not be deployed, ")


def test_own_folder_that_was_removed_is_told_too(cli: Cli, repository: Repository) -> None:
    cli.run("provision")
    record(repository, "moon", "AbC")
    assert cli.json("inspect", "--orphans")["owners"] == []
    remove(repository, "moon")

    (owner,) = cli.json("inspect", "--orphans")["owners"]

    assert (owner["instance"], owner["root"], owner["standing"]) == ("moon", "AbC", "removed")


def test_name_that_an_instance_of_the_repository_uses_is_no_orphan(cli: Cli, repository: Repository) -> None:
    cli.run("provision")
    record(repository, "sun", "SuN", data={"fake": {"at": "server", "server": "main", "names": {"X": "Shine"}}})
    cli.server.things |= {"shine": "sun", "stray": "?"}

    shown, found = cli.run("inspect", "--orphans"), cli.json("inspect", "--orphans")

    assert (found["orphans"], found["unrecorded"]) == (
        {"fake/main": ["thing/stray"]},
        {"fake/main": {"thing/shine": "sun"}},
    )
    assert (
        "used by instances of the repository although not recorded here:\n  thing shine (instance sun)\n"
        in shown.stdout
    )


def test_repository_that_cannot_be_read_is_not_read_as_having_no_instances(cli: Cli) -> None:
    cli.run("provision")
    write(cli.root, ID="AbC", LAUNCHPAD_REPOSITORY="https://127.0.0.1:1/cluster.git")
    claim(cli.root, "old", "XyZ", FORMER)
    cli.server.things["stray"] = "?"

    failed = cli.run("inspect", "--orphans", "--output", "json")

    found = json.loads(failed.stdout)
    assert (failed.exit_code, found["ok"], found["owners"]) == (1, False, [])
    assert found["unseen"]["repository"]["why"] == "unreachable"
    assert found["orphans"] == {"fake/main": ["thing/stray"]}
    assert "Which instances the repository has is not known, so of recorded names nothing can be said: " in str(
        failed.exception
    )
    assert "not seen: Which instances the repository has" in cli.run("inspect", "--orphans").stdout


def test_root_without_anything_on_servers_shows_what_others_left(cli: Cli, repository: Repository) -> None:
    write(cli.root, LAUNCHPAD_FAKE_SERVER="")
    claim(cli.root, "old", "XyZ", FORMER)

    assert cli.run("inspect").stdout == cli.run("inspect", "--orphans", "--resource", "fake").stdout.splitlines(True)[0]
    assert "recorded for instance old of Tutor root XyZ" in cli.run("inspect", "--orphans").stdout
    assert cli.json("inspect", "--orphans")["outcomes"] == []


def test_names_of_a_lost_root_are_freed_from_an_empty_one_with_its_id(cli: Cli, tmp_path: Path) -> None:
    write(cli.root, ID="AbC")
    cli.run("provision")
    empty = tmp_path / "empty"
    (empty / "launchpad").mkdir(parents=True)
    (empty / "config.yml").write_text(yaml.safe_dump({"PLUGINS": [], "ID": "AbC", "K8S_NAMESPACE": "moon"}))
    for kept in (OWNERS, FILE):
        (empty / kept).write_bytes((cli.root / kept).read_bytes())

    ended = Cli(empty, cli.server).run("deprovision", "--delete-data", "--yes")

    assert ended.exit_code == 0, ended.output
    assert (cli.server.users, cli.server.things) == ({}, {})
    assert FileOwnership(empty / OWNERS).records() == ()
