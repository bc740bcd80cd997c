"""`tutor launchpad rotate` once more, from wherever the last run has stopped, on two servers in memory."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from launchpad_workflows import registry
from launchpad_workflows.errors import Unavailable
from launchpad_workflows.ownership import FileOwnership
from launchpad_workflows.requests import Request

from tests.unit.commands.conftest import PART, PASSWORD, Cli, plan_fake
from tests.unit.launchpad_workflows.fake_server import SERVERS, FakeResource, FakeServer
from tutor_launchpad import hooks
from tutor_launchpad.adapters.servers import FileServers
from tutor_launchpad.core.resources import ResourcePlan, Server, Wanted
from tutor_launchpad.steps.resources import Resources
from tutor_launchpad.steps.rotation import Rotations, choose_next
from tutor_launchpad.steps.runners import OWNERS

LOCAL = "tutor launchpad rotate --local"
FAKE = "tests.unit.launchpad_workflows.fake_server:FakeProvisioner"


class Spare(FakeResource):
    """The second resource."""

    resource: Literal["spare"] = "spare"  # type: ignore[assignment]  # a class of its own for each resource


for name in ("test", "existing"):
    registry.register(registry.Provider("spare", name, f"{__name__}:Spare", FAKE))


def plan_spare(wanted: Wanted, server: Server) -> ResourcePlan:
    part = {
        **PART,
        "resource": "spare",
        "server": "side",
        "provider": server.provider,
        "password_key": "SPARE_PASSWORD",
    }
    secrets = {"SPARE_PASSWORD": str(wanted.config["SPARE_PASSWORD"])}
    return ResourcePlan({**part, "generation": wanted.generation("spare")}, {}, secrets)


@pytest.fixture
def spare(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> FakeServer:
    """The second server, with all that the instance has."""
    monkeypatch.setattr(hooks.RESOURCES, "apply", lambda _found: {"fake": plan_fake, "spare": plan_spare})
    file = cli.root / "config.yml"
    more = {"LAUNCHPAD_SPARE_SERVER": "side", "SPARE_PASSWORD": PASSWORD}
    file.write_text(yaml.safe_dump({**yaml.safe_load(file.read_text()), **more}))
    register_spare(cli, "test")
    SERVERS["side"] = FakeServer()
    cli.run("provision")
    return SERVERS["side"]


def register_spare(cli: Cli, provider: str) -> None:
    server = Server("spare", "side", provider, {"endpoint": "https://fake.example"})
    FileServers(cli.root).add(server, {"username": "admin", "password": "admin"})


def failing(start: str) -> Callable[[str], None]:
    def fail(call: str) -> None:
        if call.startswith(start):
            raise Unavailable("gone")

    return fail


def well(_call: str) -> None:
    """The server is back."""


def under_way(cli: Cli) -> set[str]:
    return set(json.loads((cli.root / "launchpad" / "rotation.json").read_text()))


def test_end_repeated_prepares_nothing_and_locks_nobody_out(cli: Cli) -> None:
    cli.run("provision")
    cli.run("rotate", "--yes")
    cli.run("rotate", "--yes", "--deployed")
    users = dict(cli.server.users)

    again = cli.run("rotate", "--yes", "--deployed")

    assert f"Nothing is prepared for fake/main: run `{LOCAL}` first." in str(again.exception)
    assert cli.server.users == users


def test_end_is_refused_while_one_resource_is_not_prepared(cli: Cli, spare: FakeServer) -> None:
    spare.before = failing("make user")
    prepared = cli.run("rotate", "--yes")
    spare.before = well

    ended = cli.run("rotate", "--yes", "--deployed")

    assert prepared.exit_code == 1
    assert f"Nothing is prepared for spare/side: run `{LOCAL}` first." in str(ended.exception)
    assert (set(cli.server.users), set(spare.users)) == ({"moon", "moon__2"}, {"moon"})


def test_end_that_one_server_missed_is_taken_up_for_that_alone(cli: Cli, spare: FakeServer) -> None:
    cli.run("rotate", "--yes")
    spare.before = failing("remove user")
    missed = cli.run("rotate", "--yes", "--deployed")
    spare.before = well

    started = cli.run("rotate", "--yes")
    ended = cli.run("rotate", "--yes", "--deployed")

    assert (missed.exit_code, "going on with the rotation of spare/side" in started.stderr) == (1, True)
    assert (ended.stdout.splitlines()[0], under_way(cli)) == ("spare/side: retired", set())
    assert (set(cli.server.users), set(spare.users)) == ({"moon__2"}, {"moon__2"})


def test_rotation_that_is_stuck_holds_back_no_other_that_is_asked_for(cli: Cli, spare: FakeServer) -> None:
    spare.before = failing("make user")
    stuck = cli.run("rotate", "--yes", "--resource", "spare")

    other = cli.run("rotate", "--yes", "--resource", "fake")
    ended = cli.run("rotate", "--yes", "--deployed", "--resource", "fake")

    assert (stuck.exit_code, ended.exit_code) == (1, 0)
    assert "the rotation of spare/side is under way, and is left as it is" in other.stderr
    assert (under_way(cli), set(cli.server.users), set(spare.users)) == ({"spare"}, {"moon__2"}, {"moon"})


def test_record_that_could_not_be_released_is_by_the_next_run(cli: Cli, monkeypatch: Any) -> None:
    cli.run("provision")
    cli.run("rotate", "--yes")
    with monkeypatch.context() as patched:
        patched.setattr(FileOwnership, "release", lambda *_: failing("")(""))
        stopped = cli.run("rotate", "--yes", "--deployed")

    ended = cli.run("rotate", "--yes", "--deployed")
    owned = {item.name for item in FileOwnership(cli.root / OWNERS).owned("moon") if item.kind == "user"}
    following = cli.run("rotate", "--yes")

    assert (stopped.exit_code, ended.exit_code, following.exit_code) == (1, 0, 0)
    assert (owned, set(cli.server.users)) == ({"moon__2"}, {"moon", "moon__2"})


def test_server_of_the_operator_is_left_out_and_said_to_be(cli: Cli, spare: FakeServer) -> None:
    register_spare(cli, "existing")

    every = cli.run("rotate", "--yes")
    alone = cli.run("rotate", "--yes", "--resource", "spare")

    assert "spare/side is of the provider existing: its password is yours." in every.stderr
    assert (under_way(cli), set(cli.server.users)) == ({"fake"}, {"moon", "moon__2"})
    assert "is of the provider existing: its password is yours" in str(alone.exception)


def test_rotation_of_the_operators_server_alone_is_refused(cli: Cli, spare: FakeServer) -> None:
    register_spare(cli, "existing")

    alone = cli.run("rotate", "--yes", "--resource", "spare")

    assert "spare/side is of the provider existing: its password is yours. Change it where" in str(alone.exception)
    assert not (cli.root / "launchpad" / "rotation.json").exists()


@pytest.mark.parametrize("text", ["{", "[]", '{"fake": "text"}'], ids=["cut", "list", "text"])
def test_file_that_cannot_be_read_is_named_with_the_way_out(cli: Cli, text: str) -> None:
    file = cli.root / "launchpad" / "rotation.json"
    file.write_text(text)

    stopped = cli.run("rotate", "--yes")

    assert f"{file} cannot be read: deploy first" in str(stopped.exception)
    assert (file.read_text(), cli.server.users) == (text, {})


class Grown(Spare):
    """With a plugin's own user."""

    def password_keys(self) -> tuple[str, ...]:
        return ("SPARE_PASSWORD", "PLUGIN_PASSWORD")


def test_password_that_a_plugin_has_brought_since_is_chosen_too(tmp_path: Path) -> None:
    Rotations(tmp_path).write({"spare": {"SPARE_PASSWORD": "kept"}})

    choose_next(tmp_path, Resources((), Request(instance="moon", resources=(Grown(server="side"),)), {}))

    chosen = Rotations(tmp_path).read()["spare"]
    assert (chosen["SPARE_PASSWORD"], len(chosen["PLUGIN_PASSWORD"])) == ("kept", 32)
