from __future__ import annotations

from dataclasses import replace

import pytest
from launchpad_workflows.errors import Refused, Unavailable
from launchpad_workflows.outcomes import Outcome

from tests.unit.launchpad_workflows.fake_server import FakeResource
from tests.unit.launchpad_workflows.operations.conftest import Library


@pytest.fixture
def made(library: Library) -> Library:
    library.run("provision")
    library.server.sessions["user"] = 3
    library.server.calls.clear()
    return library


def failing(made: Library, at: str, error: Exception) -> Outcome:
    """A removal during which the server fails at one call; it is well again afterwards."""

    def fail(call: str) -> None:
        if call == at:
            raise error

    made.server.before = fail
    outcome = made.run("deprovision", delete_data=True)
    made.server.before = lambda _call: None
    return outcome


def test_access_goes_and_data_stays_unless_asked_for(made: Library) -> None:
    outcome = made.run("deprovision")

    assert (outcome.status, outcome.released, outcome.kept) == ("revoked", ("user/user",), ("thing/thing",))
    assert (made.server.users, made.server.sessions, made.server.things) == ({}, {}, {"thing": "alpha"})
    assert [item.key for item in made.ownership.owned("alpha")] == ["thing/thing"]
    assert made.run("deprovision").status == "unchanged"


def test_data_goes_last_and_a_repeat_finds_nothing(made: Library) -> None:
    outcome = made.run("deprovision", delete_data=True)

    assert outcome.status == "removed"
    assert made.server.calls == ["remove user/user", "end sessions of user", "remove thing/thing"]
    assert made.ownership.owned() == {}
    assert made.run("deprovision", delete_data=True).status == "absent"


def test_instance_may_be_made_again(made: Library) -> None:
    made.run("deprovision")

    again = made.run("provision")

    assert again.details == ("created user user",)


def test_data_stays_while_somebody_may_get_in(made: Library) -> None:
    outcome = failing(made, "end sessions of user", Refused("It goes on."))

    assert (outcome.status, outcome.may_pass) == ("failed", False)
    assert [(one.kind, one.reason) for one in outcome.left] == [
        ("user", "It goes on."),
        ("thing", "It is kept as long as somebody of the instance may get in."),
    ]
    assert made.server.things == {"thing": "alpha"}


def test_one_that_cannot_be_removed_does_not_hide_the_others(library: Library) -> None:
    library = replace(library, resource=FakeResource(server="main", names=("one", "two"), username="user"))
    library.run("provision")

    outcome = failing(library, "remove thing/one", Refused("Locked."))

    assert [one.name for one in outcome.left] == ["one"]
    assert (outcome.failed, library.server.things) == (True, {"one": "alpha"})
    assert [item.name for item in library.ownership.owned("alpha")] == ["one"]


@pytest.mark.parametrize("at", ["look at user/user", "remove user/user", "end sessions of user", "remove thing/thing"])
def test_server_that_goes_away_may_come_back_and_a_repeat_finishes(made: Library, at: str) -> None:
    outcome = failing(made, at, Unavailable("gone"))

    assert (outcome.failed, outcome.may_pass, bool(outcome.left)) == (True, True, True)
    assert made.run("deprovision", delete_data=True).status in ("removed", "revoked")
    assert (made.server.users, made.server.things, made.ownership.owned()) == ({}, {}, {})


def test_what_is_still_there_after_its_removal_is_told(made: Library) -> None:
    class Sticky(dict[str, str]):
        def pop(self, *_args: object) -> str:
            return ""

    made.server.things = Sticky(made.server.things)

    outcome = made.run("deprovision", delete_data=True)

    assert [one.reason for one in outcome.left] == ["It is still there after its removal."]


def test_thing_that_nobody_can_be_shown_to_have_made_is_told_and_its_claim_kept(library: Library) -> None:
    library.server.things["thing"] = "somebody"
    library.run("provision")

    outcome = library.run("deprovision", delete_data=True)

    assert (outcome.failed, library.server.things) == (True, {"thing": "somebody"})
    assert outcome.left[0].reason.startswith("It is claimed for this instance, and nothing shows whether a run of it")
    assert [item.key for item in library.ownership.owned("alpha")] == ["thing/thing"]


def test_unproven_thing_that_would_stay_anyway_is_no_failure(library: Library) -> None:
    library.server.things["thing"] = "somebody"
    library.run("provision")

    outcome = library.run("deprovision")

    assert (outcome.failed, outcome.kept) == (False, ("thing/thing",))


def test_claim_of_what_was_never_made_is_given_up(library: Library) -> None:
    library.ownership.claim(library.resource.items(), "alpha")

    assert library.run("deprovision", delete_data=True).status == "absent"
    assert library.ownership.owned() == {}


def test_other_instance_loses_nothing(made: Library) -> None:
    outcome = made.run("deprovision", instance="beta", delete_data=True)

    assert (outcome.status, made.server.calls) == ("absent", [])
    assert set(made.ownership.owned().values()) == {"alpha"}


def test_same_name_of_another_root_loses_nothing(made: Library) -> None:
    other = replace(made, ownership=replace(made.ownership, root="another"))

    assert other.run("deprovision", delete_data=True).status == "absent"
    assert made.server.things == {"thing": "alpha"}


def test_what_is_not_wanted_any_more_goes_too(made: Library) -> None:
    less = replace(made, resource=FakeResource(server="main", names=(), username=""))

    assert less.run("deprovision", delete_data=True).status == "removed"
    assert made.server.things == {}


def test_interrupted_provisioning_leaves_nothing_behind(library: Library) -> None:
    def die(call: str) -> None:
        if call.startswith("make thing"):
            raise Unavailable("gone")

    library.server.before = die
    library.run("provision")
    library.server.before = lambda _call: None

    outcome = library.run("deprovision", delete_data=True)

    assert (outcome.status, library.server.users, library.ownership.owned()) == ("revoked", {}, {})


def test_removal_needs_no_password(made: Library) -> None:
    without = replace(made, passwords={})

    assert without.run("deprovision", delete_data=True).status == "removed"
