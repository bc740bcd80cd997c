"""`tutor launchpad rotate` in process, on a server in memory; what a cluster adds is the deploy in between."""

from __future__ import annotations

import json
from typing import Any

import yaml
from launchpad_workflows.errors import Unavailable

from tests.unit.commands.conftest import PASSWORD, Cli


def config(cli: Cli) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((cli.root / "config.yml").read_text())
    return content


def test_second_user_takes_over_after_the_deploy(cli: Cli) -> None:
    cli.run("provision")

    prepared = cli.run("rotate", "--yes")
    both = set(cli.server.users)
    deployed = cli.run("provision")
    retired = cli.run("rotate", "--yes", "--deployed")

    following = config(cli)["FAKE_PASSWORD"]
    assert "run the same command again with --deployed" in prepared.stdout
    assert (both, deployed.stdout) == ({"moon", "moon__2"}, "fake/main unchanged\n")
    assert retired.stdout.startswith("fake/main: retired\n")
    assert cli.server.users == {"moon__2": following}
    assert (following != PASSWORD, config(cli)["LAUNCHPAD_FAKE_GENERATION"]) == (True, 2)
    assert not any(following in ran.output for ran in (prepared, deployed, retired))


def test_next_rotation_comes_back_to_the_first_name(cli: Cli) -> None:
    cli.run("provision")
    for _ in range(2):
        cli.run("rotate", "--yes")
        cli.run("rotate", "--yes", "--deployed")

    assert (set(cli.server.users), config(cli)["LAUNCHPAD_FAKE_GENERATION"]) == ({"moon"}, 1)
    assert cli.run("verify").stdout == "fake/main: verified\n"


def test_server_that_goes_away_leaves_the_settings_as_they_were(cli: Cli) -> None:
    cli.run("provision")

    def fail(call: str) -> None:
        if call.startswith("make user/moon__2"):
            raise Unavailable("gone")

    cli.server.before = fail
    failed = cli.run("rotate", "--yes", "--output", "json")
    cli.server.before = lambda _call: None

    assert (failed.exit_code, config(cli)["FAKE_PASSWORD"]) == (1, PASSWORD)
    assert json.loads(failed.stdout)["outcomes"][0]["status"] == "failed"
    chosen = json.loads((cli.root / "launchpad" / "rotation.json").read_text())["fake"]["FAKE_PASSWORD"]
    assert cli.run("rotate", "--yes").exit_code == 0
    assert cli.server.users["moon__2"] == chosen


def test_removal_finds_the_second_user_of_a_rotation_that_was_killed(cli: Cli) -> None:
    cli.run("provision")

    def die(call: str) -> None:
        if call.startswith("look at user/moon__2") and "moon__2" in cli.server.users:
            raise SystemExit(137)

    cli.server.before = die
    cli.run("rotate", "--yes")
    cli.server.before = lambda _call: None
    between = set(cli.server.users)

    removed = cli.run("deprovision", "--yes", "--delete-data")

    assert (between, removed.exit_code, cli.server.users) == ({"moon", "moon__2"}, 0, {})


def test_next_passwords_are_readable_for_their_owner_alone_and_gone_at_the_end(cli: Cli) -> None:
    cli.run("provision")
    cli.run("rotate", "--yes")
    file = cli.root / "launchpad" / "rotation.json"

    mode = file.stat().st_mode & 0o777
    cli.run("rotate", "--yes", "--deployed")

    assert (mode, json.loads(file.read_text())) == (0o600, {})


def test_nothing_changes_unless_it_is_confirmed(cli: Cli) -> None:
    cli.run("provision")

    asked = cli.run("rotate")

    assert "Change the passwords of fake/main? Nothing was changed: confirm it with --yes." in str(asked.exception)
    assert not (cli.root / "launchpad" / "rotation.json").exists()


def test_value_of_the_environment_stops_the_rotation(cli: Cli, monkeypatch: Any) -> None:
    cli.run("provision")
    monkeypatch.setenv("TUTOR_FAKE_PASSWORD", PASSWORD)
    cli.run("rotate", "--yes")

    stopped = cli.run("rotate", "--yes", "--deployed")

    assert "another value is in force" in str(stopped.exception)
    assert cli.server.users["moon"] == PASSWORD
