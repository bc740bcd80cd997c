"""Removal from a real server of the MongoDB protocol."""

from __future__ import annotations

import pytest
from launchpad_workflows.requests import MongoDB
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from tests.integration.conftest import Runner
from tests.integration.mongodb.conftest import Admin, has_user, user_of


def test_access_goes_and_data_stays(runner: Runner, resource: MongoDB, admin: Admin) -> None:
    runner.run(resource, "new")
    admin[resource.databases[0]].kept.insert_one({"kept": True})

    outcome = runner.run(resource, operation="deprovision")

    assert (outcome.status, len(outcome.kept), has_user(admin, resource.username)) == ("revoked", 2, False)
    with pytest.raises(PyMongoError):
        MongoClient(
            runner.server.host, runner.server.port, username=resource.username, password=runner.password
        ).admin.command("connectionStatus")
    assert runner.run(resource, operation="deprovision").status == "unchanged"
    assert runner.run(resource).status == "created"
    assert admin[resource.databases[0]].kept.count_documents({}) == 1


def test_data_goes_on_demand_and_a_repeat_finds_nothing(runner: Runner, resource: MongoDB, admin: Admin) -> None:
    runner.run(resource, "new")

    removed = runner.run(resource, operation="deprovision", delete_data=True)

    assert (removed.status, len(removed.released)) == ("removed", 4)
    assert not set(resource.databases) & set(admin.list_database_names())
    assert runner.run(resource, operation="deprovision", delete_data=True).status == "absent"


def test_database_that_names_another_instance_is_left(runner: Runner, resource: MongoDB, admin: Admin) -> None:
    runner.run(resource, "new")
    marker = admin[resource.databases[0]].launchpad
    marker.update_one({"_id": "owner"}, {"$set": {"instance": "somebody"}})

    outcome = runner.run(resource, operation="deprovision", delete_data=True)

    theirs, ours = resource.databases
    assert (outcome.failed, [one.name for one in outcome.left]) == (True, [theirs])
    assert "of instance somebody" in outcome.left[0].reason
    assert {theirs, ours} & set(admin.list_database_names()) == {theirs}


def test_what_is_there_is_inspected(runner: Runner, resource: MongoDB, admin: Admin) -> None:
    runner.run(resource, "new")
    admin[resource.databases[1]].launchpad.delete_one({"_id": "owner"})
    admin[resource.databases[1]].other.insert_one({})

    outcome = runner.run(resource, operation="inspect", orphans=True)

    states = {(one.kind, one.name): one.state for one in outcome.things}
    assert states["user", user_of(resource)] == "right"
    assert [states["database", name] for name in resource.databases] == ["right", "drifted"]
    assert {f"database/{name}" for name in resource.databases} <= set(outcome.elsewhere)
    assert f"user/{user_of(resource)}" in outcome.elsewhere


def test_second_user_takes_over(runner: Runner, resource: MongoDB, admin: Admin) -> None:
    runner.run(resource, "new")

    prepared = [runner.run(resource, operation="rotate", step="prepare") for _ in range(2)]
    both = has_user(admin, user_of(resource)) and has_user(admin, user_of(resource, 2))
    after = resource.model_copy(update={"generation": prepared[-1].generation})
    runner.password = runner.following
    retired = [runner.run(after, operation="rotate", step="retire").status for _ in range(2)]

    assert ([one.status for one in prepared], both, retired) == (["prepared"] * 2, True, ["retired"] * 2)
    assert (has_user(admin, user_of(resource)), runner.run(after).status) == (False, "unchanged")


@pytest.mark.parametrize(
    "username", ["with space", "it's", 'so "so"', "$dollar", "100%", "größe", "back`tick", "a@b:c"]
)
def test_awkward_users_are_taken(runner: Runner, resource: MongoDB, admin: Admin, username: str) -> None:
    awkward = resource.model_copy(update={"username": f"{username}_{runner.instance}"})

    made = runner.run(awkward, "new")

    assert (made.status, runner.run(awkward).status) == ("created", "unchanged")
    assert runner.run(awkward, operation="deprovision", delete_data=True).status == "removed"
