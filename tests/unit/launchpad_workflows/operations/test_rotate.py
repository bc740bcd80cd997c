from __future__ import annotations

from dataclasses import replace

import pytest
from launchpad_workflows.errors import Unavailable

from tests.unit.launchpad_workflows.fake_server import FakeResource
from tests.unit.launchpad_workflows.operations.conftest import Library


@pytest.fixture
def made(library: Library) -> Library:
    library.run("provision")
    library.server.calls.clear()
    return replace(library, passwords={"FAKE_PASSWORD": "canary", "FAKE_PASSWORD.next": "following"})


def switched(library: Library, generation: int) -> Library:
    """What the caller does between the steps."""
    resource = library.resource.model_copy(update={"generation": generation})
    return replace(library, resource=resource, passwords={"FAKE_PASSWORD": "following"})


def test_second_user_takes_over_and_the_first_is_removed(made: Library) -> None:
    prepared = made.run("rotate", step="prepare")
    both = dict(made.server.users)
    after = switched(made, prepared.generation)
    retired = after.run("rotate", step="retire")

    assert (prepared.status, prepared.generation, prepared.isolated) == ("prepared", 2, True)
    assert both == {"user": "canary", "user__2": "following"}
    assert (retired.status, made.server.users) == ("retired", {"user__2": "following"})
    assert {item.key for item in made.ownership.owned("alpha")} == {"user/user__2", "thing/thing"}
    assert after.run("provision").status == "unchanged"


def test_next_rotation_goes_back_to_the_first_name(made: Library) -> None:
    after = switched(made, made.run("rotate", step="prepare").generation)
    after.run("rotate", step="retire")
    third = replace(after, passwords={"FAKE_PASSWORD": "following", "FAKE_PASSWORD.next": "third"})

    assert third.run("rotate", step="prepare").generation == 1
    assert made.server.users == {"user__2": "following", "user": "third"}


def test_second_password_of_the_same_user_where_the_server_has_one(made: Library) -> None:
    made.server.second_passwords = True

    prepared = made.run("rotate", step="prepare")
    again = made.run("rotate", step="prepare")
    both = (made.server.users["user"], made.server.former["user"])
    retired = switched(made, prepared.generation).run("rotate", step="retire")

    assert (prepared.status, again.status, prepared.generation) == ("prepared", "prepared", 1)
    assert both == ("following", "canary")
    assert (retired.status, made.server.users, made.server.former) == ("retired", {"user": "following"}, {})


def test_deploy_in_between_changes_nothing(made: Library) -> None:
    prepared = made.run("rotate", step="prepare")

    assert made.run("provision").status == "unchanged"
    assert switched(made, prepared.generation).run("provision").status == "unchanged"
    assert set(made.server.users) == {"user", "user__2"}


@pytest.mark.parametrize("at", ["make user/user__2 with following", "remove user/user", "end sessions of user"])
def test_either_step_may_be_stopped_anywhere(made: Library, at: str) -> None:
    def die(call: str) -> None:
        if call == at:
            made.server.before = lambda _call: None
            raise Unavailable("gone")

    made.server.before = die
    first = made.run("rotate", step="prepare")
    prepared = made.run("rotate", step="prepare") if first.failed else first
    after = switched(made, prepared.generation)
    statuses = [after.run("rotate", step="retire").status for _ in range(2)]

    assert statuses[-1] == "retired"
    assert made.server.users == {"user__2": "following"}


def test_former_password_stays_while_the_present_one_does_not_work(made: Library) -> None:
    prepared = made.run("rotate", step="prepare")
    made.server.open_to_all = True

    outcome = switched(made, prepared.generation).run("rotate", step="retire")

    assert outcome.failed
    assert outcome.details[-1].startswith("The former password was kept, as the present one does not work")
    assert set(made.server.users) == {"user", "user__2"}


def test_removal_in_between_takes_both_users(made: Library) -> None:
    made.run("rotate", step="prepare")

    assert made.run("deprovision", delete_data=True).status == "removed"
    assert made.server.users == {}


@pytest.mark.parametrize(
    ("following", "status", "users"),
    [("following", "removed", set()), ("", "failed", {"user__2"}), ("another", "failed", {"user__2"})],
)
def test_second_user_whose_record_nobody_lived_to_write_is_removed_by_its_next_password_or_told(
    made: Library, following: str, status: str, users: set[str]
) -> None:
    made.ownership.claim(made.resource.other_generation().items(), "alpha")
    made.server.users["user__2"] = "following"
    passwords = {"FAKE_PASSWORD": "canary", **({"FAKE_PASSWORD.next": following} if following else {})}

    outcome = replace(made, passwords=passwords).run("deprovision", delete_data=True)

    assert (outcome.status, set(made.server.users)) == (status, users)
    assert [one.name for one in outcome.left if one.kind == "user"] == sorted(users)
    assert {item.name for item in made.ownership.owned("alpha") if item.kind == "user"} == users


def test_resource_without_a_user_of_ours_is_refused(library: Library) -> None:
    library = replace(library, resource=FakeResource(server="main"))
    library.run("provision")

    outcome = library.run("rotate", step="prepare")

    assert "Launchpad made no user of this instance on fake/main" in outcome.details[-1]
