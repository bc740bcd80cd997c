"""Passwords that a provider chooses, from the server to config.yml, in process."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from tests.unit.commands.conftest import PART, Cli
from tutor_launchpad import hooks
from tutor_launchpad.adapters.chosen import ChosenFile
from tutor_launchpad.adapters.servers import FileServers
from tutor_launchpad.core.resources import ResourcePlan, Server, Wanted


def plan_choosing(wanted: Wanted, server: Server) -> ResourcePlan:
    generation = wanted.generation("fake")
    part = {**PART, "provider": "chooses", "generation": generation, "password_key": "FAKE_PASSWORD"}
    return ResourcePlan(part, {}, {f"FAKE_PASSWORD.{generation}": str(wanted.config["FAKE_PASSWORD"])})


@pytest.fixture
def choosing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setattr(hooks.RESOURCES, "apply", lambda _found: {"fake": plan_choosing})
    server = Server("fake", "main", "chooses", {"endpoint": "https://fake.example"})
    FileServers(cli.root).add(server, {"username": "admin", "password": "admin"})
    return cli


def setting(cli: Cli) -> str:
    content: dict[str, Any] = yaml.safe_load((cli.root / "config.yml").read_text())
    return str(content["FAKE_PASSWORD"])


def test_what_was_chosen_is_in_config_yml_and_the_next_run_changes_nothing(choosing: Cli) -> None:
    made, again = choosing.run("provision"), choosing.run("provision")

    assert choosing.server.users == {"moon": setting(choosing)}
    assert "FAKE_PASSWORD written to config.yml: the provider chose it" in made.stderr
    assert again.stdout == "fake/main unchanged\n"
    assert setting(choosing) not in made.output + again.output


def test_run_that_was_stopped_before_config_yml_was_written_loses_nothing(choosing: Cli) -> None:
    choosing.run("provision")
    chosen, file = setting(choosing), choosing.root / "config.yml"
    file.write_text(file.read_text().replace(chosen, "stale"))

    again = choosing.run("provision")

    assert (again.stdout, setting(choosing)) == ("fake/main unchanged\n", chosen)


def test_password_that_was_lost_is_replaced(choosing: Cli) -> None:
    choosing.run("provision")
    chosen, file = setting(choosing), choosing.root / "config.yml"
    ChosenFile(choosing.root).forget()
    file.write_text(file.read_text().replace(chosen, "stale"))

    again = choosing.run("provision")

    assert again.stdout == "fake/main repaired\n"
    assert choosing.server.users == {"moon": setting(choosing)} != {"moon": chosen}


def test_rotation_gives_the_second_user_its_own(choosing: Cli) -> None:
    choosing.run("provision")
    first = setting(choosing)

    prepared = choosing.run("rotate", "--yes")
    both, second = dict(choosing.server.users), setting(choosing)
    retired = choosing.run("rotate", "--yes", "--deployed")

    assert (prepared.exit_code, retired.exit_code) == (0, 0)
    assert both == {"moon": first, "moon__2": second}
    assert choosing.server.users == {"moon__2": second}
    assert choosing.run("provision").stdout == "fake/main unchanged\n"
    assert json.loads((choosing.root / "launchpad" / "rotation.json").read_text()) == {}


def test_file_goes_with_the_last_name(choosing: Cli) -> None:
    choosing.run("provision")

    removed = choosing.run("deprovision", "--delete-data", "--yes")

    assert (removed.exit_code, choosing.server.users) == (0, {})
    assert not (choosing.root / "launchpad" / "chosen.json").exists()


def test_damaged_file_is_named_with_the_way_out(choosing: Cli) -> None:
    (choosing.root / "launchpad" / "chosen.json").write_text("{")

    stopped = choosing.run("provision")

    assert "chosen.json cannot be read: move it away" in str(stopped.exception)
    assert choosing.server.users == {}
