from __future__ import annotations

from dataclasses import replace

import pytest
from launchpad_workflows.errors import Unavailable

from tests.unit.launchpad_workflows.fake_server import FakeResource
from tests.unit.launchpad_workflows.operations.conftest import Library


def test_missing_is_made_with_access_first_and_a_second_run_changes_nothing(library: Library) -> None:
    made = library.run("provision")
    calls = list(library.server.calls)
    again = library.run("provision")

    assert (made.status, made.isolated, made.made) == ("created", True, ("user/user", "thing/thing"))
    assert calls == ["make user/user with canary", "make thing/thing with canary"]
    assert (again.status, library.server.calls) == ("unchanged", calls)


def test_drift_is_repaired(library: Library) -> None:
    library.run("provision")
    library.server.users["user"] = "drifted"

    assert library.run("provision").details == ("repaired password of user user",)


def test_strangers_thing_is_refused_before_anything_is_made(library: Library) -> None:
    library.server.things["thing"] = "somebody"

    outcome = library.run("provision")

    assert outcome.failed
    assert "nothing shows that it is this instance's" in outcome.details[-1]
    assert library.server.calls == []


@pytest.mark.parametrize("stop", ["make user/user with canary", "make thing/thing with canary"])
def test_interrupted_run_is_finished(library: Library, stop: str) -> None:
    def die(call: str) -> None:
        if call == stop:
            raise Unavailable("gone")

    library.server.before = die
    first = library.run("provision")
    library.server.before = lambda _call: None

    assert (first.failed, first.may_pass) == (True, True)
    assert library.run("provision").status in ("created", "repaired")
    assert library.run("provision").status == "unchanged"


def test_server_that_enforces_nothing_is_told(library: Library) -> None:
    library.server.enforces = False

    assert (library.run("provision").isolated, library.run("verify").status) == (False, "not verified")


def test_user_that_reaches_a_neighbours_is_a_failure(library: Library) -> None:
    library.server.open_to_all = True

    assert library.run("provision").details[-1] == "The user reaches a neighbour's."
    assert library.run("verify").failed


def test_verify_tells_what_was_tried(library: Library) -> None:
    library.run("provision")
    library.server.calls.clear()

    assert (library.run("verify").status, library.server.calls) == ("verified", [])


def test_resource_without_provider_is_nobodys_work(library: Library) -> None:
    nothing = replace(library, resource=FakeResource(server="main", provider="none"))

    assert nothing.run("provision").status == "unchanged"


def test_name_that_became_anothers_meanwhile_is_not_recorded(library: Library) -> None:
    def steal(call: str) -> None:
        if call.startswith("make thing"):
            library.ownership.release(library.ownership.owned("alpha"), "alpha")
            library.ownership.claim(library.resource.items(), "beta")

    library.server.before = steal

    assert library.run("provision").status == "created"
    assert "instance beta's" in library.unrecorded


def test_name_whose_record_a_removal_has_struck_meanwhile_is_recorded_again(library: Library) -> None:
    library.run("provision")

    def remove(call: str) -> None:
        if call.startswith("look"):
            library.ownership.release(library.ownership.owned("alpha"), "alpha")

    library.server.before = remove
    library.run("provision")

    assert set(library.ownership.held("alpha").values()) == {"ours"}
