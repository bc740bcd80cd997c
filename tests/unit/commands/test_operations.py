"""`tutor launchpad verify|inspect|deprovision` in process, on a server in memory."""

from __future__ import annotations

import json

import pytest
import yaml
from launchpad_workflows.errors import Refused, Unavailable
from launchpad_workflows.items import Item
from launchpad_workflows.ownership import FileOwnership

from tests.unit.commands.conftest import Cli
from tutor_launchpad.adapters.servers import FileServers
from tutor_launchpad.core.resources import Server


def test_what_was_made_is_verified_and_inspected(cli: Cli) -> None:
    made = cli.run("provision")
    verified = cli.run("verify")
    inspected = cli.run("inspect")

    assert (made.exit_code, verified.exit_code, inspected.exit_code) == (0, 0, 0), made.output
    assert verified.stdout == "fake/main: verified\n"
    assert [line.split() for line in inspected.stdout.splitlines()] == [
        ["fake/main"],
        ["user", "moon", "right"],
        ["thing", "thing", "right", "1", "bytes"],
    ]


def test_server_that_enforces_nothing_is_not_called_verified(cli: Cli) -> None:
    cli.server.enforces = False

    assert "created, isolation not verified" in cli.run("provision").stdout
    assert cli.run("verify").stdout == "fake/main: not verified\n"


def test_failure_is_told_in_json_too_and_ends_with_status_1(cli: Cli) -> None:
    cli.run("provision")
    cli.server.open_to_all = True

    failed = cli.run("verify", "--output", "json")

    assert failed.exit_code == 1
    assert "verify failed: fake/main failed: The user reaches a neighbour's." in str(failed.exception)
    assert (json.loads(failed.stdout)["ok"], json.loads(failed.stdout)["outcomes"][0]["status"]) == (False, "failed")


def test_removal_shows_what_goes_and_asks(cli: Cli) -> None:
    cli.run("provision")

    asked = cli.run("deprovision", "--delete-data")

    assert asked.exit_code == 1
    assert "Delete the data of instance moon? Nothing was changed: confirm it with --yes." in str(asked.exception)
    assert [line.split()[-4:] for line in asked.stderr.splitlines() if "fake/main" in line] == [
        ["user", "moon", "access", "ends"],
        ["DELETED", "with", "its", "data"],
    ]
    assert cli.server.things == {"thing": "moon"}


def test_access_ends_and_data_is_kept_until_it_is_asked_for(cli: Cli) -> None:
    cli.run("provision")

    first = cli.json("deprovision", "--yes")
    second = cli.json("deprovision", "--yes", "--delete-data")
    third = cli.run("deprovision", "--yes", "--delete-data")

    assert [one["outcomes"][0]["status"] for one in (first, second)] == ["revoked", "removed"]
    assert third.stdout == "Nothing is recorded to have been made for this instance on any server.\n"
    assert (cli.server.users, cli.server.things) == ({}, {})


def test_what_the_settings_name_no_more_goes_too(cli: Cli) -> None:
    cli.run("provision")
    config = yaml.safe_load((cli.root / "config.yml").read_text())
    (cli.root / "config.yml").write_text(yaml.safe_dump({**config, "LAUNCHPAD_FAKE_SERVER": ""}))

    assert cli.run("deprovision", "--yes", "--delete-data").exit_code == 0
    assert (cli.server.users, cli.server.things) == ({}, {})


@pytest.mark.parametrize("error", [Refused, Unavailable])
def test_partial_removal_fails_names_what_is_left_and_is_finished_by_a_repeat(cli: Cli, error: type[Exception]) -> None:
    cli.run("provision")

    def fail(call: str) -> None:
        if call == "remove thing/thing":
            raise error("no luck")

    cli.server.before = fail
    failed = cli.run("deprovision", "--yes", "--delete-data", "--output", "json")
    cli.server.before = lambda _call: None

    assert failed.exit_code == 1
    left = json.loads(failed.stdout)["outcomes"][0]["left"]
    assert left == [{"kind": "thing", "name": "thing", "reason": "no luck"}]
    assert cli.run("deprovision", "--yes", "--delete-data").exit_code == 0
    assert cli.server.things == {}


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["deprovision", "--dump-to", "main/bucket"], "--dump-to goes with --delete-data"),
        (["deprovision", "--delete-data", "--dump-to", "main"], "name a registered storage server and a bucket"),
        (["verify", "--resource", "magic"], "--resource magic: known are fake."),
        (["inspect", "--context", "x"], "--context and --local exclude each other."),
    ],
)
def test_wrong_usage(cli: Cli, words: list[str], sentence: str) -> None:
    result = cli.run(*words)

    assert result.exit_code == 2, result.output
    assert sentence in result.output


def test_store_for_copies_must_be_registered(cli: Cli) -> None:
    cli.run("provision")

    refused = cli.run("deprovision", "--yes", "--delete-data", "--dump-to", "backup/bucket")

    assert refused.exit_code == 1
    assert "No server storage/backup is registered" in str(refused.exception)
    assert cli.server.things == {"thing": "moon"}


@pytest.mark.parametrize(
    ("instance", "root", "why"),
    [
        ("moon", "AbC", "this instance's own and goes too"),
        ("moon", "XyZ", "instance moon's, who could read it"),
        ("sun", "XyZ", "instance sun's, who could read it"),
    ],
)
def test_copy_goes_to_no_instances_bucket(cli: Cli, instance: str, root: str, why: str) -> None:
    config = yaml.safe_load((cli.root / "config.yml").read_text())
    (cli.root / "config.yml").write_text(yaml.safe_dump({**config, "ID": "AbC"}))
    cli.run("provision")
    FileServers(cli.root).add(Server("storage", "backup", "minio", {"endpoint": "https://s3.example"}), {})
    bucket = Item("storage", "backup", "bucket", "files")
    FileOwnership(cli.root / "launchpad" / "owners.json", root).record([bucket], instance)

    refused = cli.run("deprovision", "--resource", "fake", "--yes", "--delete-data", "--dump-to", "backup/files")

    assert refused.exit_code == 1
    assert f"--dump-to backup/files: that bucket is {why}: name another." in str(refused.exception)
    assert cli.server.things == {"thing": "moon"}
