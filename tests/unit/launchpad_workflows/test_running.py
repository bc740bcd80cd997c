from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from launchpad_workflows import local
from launchpad_workflows.credentials import MappingCredentials
from launchpad_workflows.errors import Refused, Unavailable
from launchpad_workflows.ownership import FileOwnership
from launchpad_workflows.registry import Provider
from launchpad_workflows.requests import Request
from launchpad_workflows.running import run_resource

from tests.unit.launchpad_workflows.fake_server import SERVERS, FakeProvisioner, FakeResource, FakeServer
from tests.unit.launchpad_workflows.fakes import fake_request, mysql_request

CREDENTIALS = MappingCredentials({}, {"FAKE_PASSWORD": "canary"})


def failing(error: type[Exception]) -> Callable[[str], None]:
    """A server that repeats the password in its error."""

    def fail(call: str) -> None:
        if call.startswith("make"):
            raise error(f"no luck to {call}")

    return fail


def test_progress_names_the_server(server: FakeServer) -> None:
    lines: list[str] = []
    request = fake_request()

    outcome = run_resource(request, request.resources[0], CREDENTIALS, lines.append)

    assert (outcome.status, outcome.details) == ("created", ("created thing thing",))
    assert lines == ["fake/main: created thing thing"]


@pytest.mark.parametrize(("error", "may_pass"), [(Refused, False), (Unavailable, True)])
def test_failure_is_an_outcome_without_secret(server: FakeServer, error: type[Exception], may_pass: bool) -> None:
    server.before = failing(error)
    request, lines = fake_request(), list[str]()

    outcome = run_resource(request, request.resources[0], CREDENTIALS, lines.append)

    assert (outcome.failed, outcome.may_pass) == (True, may_pass)
    assert outcome.details == ("no luck to make thing/thing with «hidden»",)
    assert lines == ["fake/main: no luck to make thing/thing with «hidden»"]


def test_password_that_is_part_of_a_name_leaves_the_records_right(server: FakeServer) -> None:
    request = fake_request()

    outcome = run_resource(
        request, request.resources[0], MappingCredentials({}, {"FAKE_PASSWORD": "thing"}), lambda _line: None
    )

    assert outcome.made == ("thing/thing",)


def test_check_tells_what_answers(server: FakeServer) -> None:
    request = fake_request().model_copy(update={"operation": "check"})

    outcome = run_resource(request, request.resources[0], CREDENTIALS, lambda _line: None)

    assert (outcome.status, outcome.details, server.calls) == ("reachable", ("Fake 1.0",), [])


@pytest.mark.parametrize(("address", "refused"), [("db.example:3306", False), ("old.example:3306", True), ("", False)])
def test_password_is_sent_only_where_it_was_registered_for(
    monkeypatch: pytest.MonkeyPatch, address: str, refused: bool
) -> None:
    monkeypatch.setattr(Provider, "load_provisioner", lambda _self: FakeProvisioner)
    request = mysql_request().model_copy(update={"operation": "check"})
    admins = {("mysql", "main"): {"username": "root", "password": "canary", "address": address}}

    outcome = run_resource(request, request.resources[0], MappingCredentials(admins, {}), lambda _line: None)

    assert (outcome.failed, outcome.may_pass) == (refused, False)
    assert ("are for old.example:3306 and the request is for db.example:3306" in outcome.details[0]) is refused


def test_missing_password_is_a_failure_for_good(server: FakeServer) -> None:
    request = fake_request()

    outcome = run_resource(request, request.resources[0], MappingCredentials({}, {}), lambda _line: None)

    assert (outcome.failed, outcome.may_pass) == (True, False)


def test_local_run_claims_makes_and_records(tmp_path: Path, server: FakeServer) -> None:
    ownership = FileOwnership(tmp_path / "owners.json")
    request = Request(instance="alpha", resources=(FakeResource(server="a"), FakeResource(server="b")))

    outcomes = local.run(request, CREDENTIALS, ownership, lambda _line: None).outcomes

    items = [item for resource in request.resources for item in resource.items()]
    assert [(outcome.server, outcome.status) for outcome in outcomes] == [("a", "created"), ("b", "created")]
    assert set(ownership.claim(items, "alpha").values()) == {"ours"}


def test_local_run_over_a_name_of_another_makes_nothing(tmp_path: Path, server: FakeServer) -> None:
    ownership = FileOwnership(tmp_path / "owners.json")
    ownership.claim(fake_request("beta").resources[0].items(), "beta")

    with pytest.raises(Refused, match="instance beta's"):
        local.run(fake_request(), CREDENTIALS, ownership, lambda _line: None)
    assert server.calls == []


def test_local_run_that_fails_records_nothing(tmp_path: Path, server: FakeServer) -> None:
    ownership = FileOwnership(tmp_path / "owners.json")
    server.before = failing(Refused)

    local.run(fake_request(), CREDENTIALS, ownership, lambda _line: None)

    assert set(ownership.claim(fake_request().resources[0].items(), "alpha").values()) == {"new"}


def test_outcomes_are_told_where_the_owners_file_cannot_be_written(tmp_path: Path, server: FakeServer) -> None:
    ownership = FileOwnership(tmp_path / "owners.json")

    def spoil(_call: str) -> None:
        (tmp_path / "owners.json").write_text("{")

    server.before = spoil
    spoiled = local.run(fake_request(), CREDENTIALS, ownership, lambda _line: None)

    assert [one.status for one in spoiled.outcomes] == ["created"]
    assert f"{tmp_path}/owners.json, which says whose the names are, is damaged" in spoiled.unrecorded


def test_owners_file_that_cannot_be_read_ends_the_run_before_it_begins(tmp_path: Path, server: FakeServer) -> None:
    (tmp_path / "owners.json").mkdir()

    with pytest.raises(Refused, match=r"cannot be kept in .*/owners\.json: Is a directory"):
        local.run(fake_request(), CREDENTIALS, FileOwnership(tmp_path / "owners.json"), lambda _line: None)
    assert server.calls == []


def test_error_of_an_unknown_kind_is_told_by_its_place_and_not_by_its_text(server: FakeServer) -> None:
    server.before = failing(KeyError)
    request, lines = fake_request(), list[str]()

    outcome = run_resource(request, request.resources[0], CREDENTIALS, lines.append)

    assert (outcome.failed, outcome.may_pass) == (True, False)
    assert outcome.details[0].startswith(
        "Provision of fake/main with the provider test met an error that it does not know, Key"
    )
    assert any(" in make" in line for line in lines)
    assert "no luck" not in "".join([*lines, *outcome.details])


def test_error_of_an_unknown_kind_leaves_the_outcomes_of_the_others(
    tmp_path: Path, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SERVERS, "bad", FakeServer(before=failing(RuntimeError)))
    monkeypatch.setitem(SERVERS, "good", FakeServer())
    parts = tuple(FakeResource(server=name, names=(name,)) for name in ("bad", "good"))
    request = Request(instance="alpha", resources=parts)

    done = local.run(request, CREDENTIALS, FileOwnership(tmp_path / "owners.json"), lambda _line: None)

    assert [outcome.status for outcome in done.outcomes] == ["failed", "created"]
    assert set(FileOwnership(tmp_path / "owners.json").owned(made=True)) == set(parts[1].items())


def test_provider_whose_code_cannot_be_loaded_is_a_failed_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_self: Provider) -> type[FakeProvisioner]:
        raise AttributeError("canary")

    monkeypatch.setattr(Provider, "load_provisioner", load)
    request = fake_request()

    outcome = run_resource(request, request.resources[0], CREDENTIALS, lambda _line: None)

    assert (outcome.failed, "AttributeError at" in outcome.details[0], "canary" in outcome.details[0]) == (
        True,
        True,
        False,
    )


def test_library_that_is_not_installed_is_the_callers_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(_self: Provider) -> type[FakeProvisioner]:
        raise ModuleNotFoundError(name="pymysql")

    monkeypatch.setattr(Provider, "load_provisioner", load)
    request = fake_request()

    with pytest.raises(ModuleNotFoundError):
        run_resource(request, request.resources[0], CREDENTIALS, lambda _line: None)
