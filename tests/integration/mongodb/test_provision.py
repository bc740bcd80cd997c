"""Against a real server of the MongoDB protocol. Where it does not enforce roles, the outcome has to say so."""

from __future__ import annotations

import pytest
from launchpad_workflows.provisioners.base import NOT_ENFORCED
from launchpad_workflows.requests import MongoDB

from tests.integration.conftest import Runner
from tests.integration.mongodb.conftest import Admin


def test_missing_is_made_and_a_second_run_changes_nothing(runner: Runner, resource: MongoDB, admin: Admin) -> None:
    made = runner.run(resource, "new")
    again = runner.run(resource)

    assert (made.status, again.status) == ("created", "unchanged")
    assert set(resource.databases) <= set(admin.list_database_names())
    assert made.isolated is (NOT_ENFORCED not in made.details)


def test_changed_password_is_repaired(runner: Runner, resource: MongoDB, admin: Admin) -> None:
    runner.run(resource, "new")
    runner.password = "another password"

    assert (runner.run(resource).status, runner.run(resource).status) == ("repaired", "unchanged")


def test_drifted_roles_are_repaired(runner: Runner, resource: MongoDB, admin: Admin) -> None:
    runner.run(resource, "new")
    if not admin.admin.command("usersInfo", resource.username)["users"][0]["roles"]:
        pytest.skip("this server forgets roles")
    admin.admin.command("updateUser", resource.username, roles=[{"role": "readWriteAnyDatabase", "db": "admin"}])

    assert (runner.run(resource).status, runner.run(resource).status) == ("repaired", "unchanged")


def test_dropped_database_is_made_again(runner: Runner, resource: MongoDB, admin: Admin) -> None:
    runner.run(resource, "new")
    admin.drop_database(resource.databases[0])

    assert runner.run(resource).status == "created"


def test_foreign_database_is_refused_before_anything_is_made(runner: Runner, resource: MongoDB, admin: Admin) -> None:
    admin[resource.databases[1]]["theirs"].insert_one({"_id": 1})

    outcome = runner.run(resource, "new")

    assert (outcome.status, outcome.may_pass) == ("failed", False)
    assert "was not touched" in outcome.details[-1]
    assert admin.admin.command("usersInfo", resource.username)["users"] == []


def test_database_of_another_instance_is_refused_whatever_is_claimed(
    runner: Runner, resource: MongoDB, admin: Admin
) -> None:
    admin[resource.databases[0]]["launchpad"].insert_one({"_id": "owner", "instance": "somebody"})

    outcome = runner.run(resource, "ours")

    assert outcome.status == "failed"
    assert "of instance somebody" in outcome.details[-1]


def test_foreign_user_is_refused(runner: Runner, resource: MongoDB, admin: Admin) -> None:
    admin.admin.command("createUser", resource.username, pwd="theirs-entirely", roles=[])

    outcome = runner.run(resource, "new")

    assert outcome.status == "failed"
    assert "nothing shows that it is this instance's" in outcome.details[-1]


def test_interrupted_run_is_finished(runner: Runner, resource: MongoDB, admin: Admin) -> None:
    runner.run(resource, "new")
    admin.drop_database(resource.databases[1])

    assert runner.run(resource, "new").status == "created"
    assert runner.run(resource).status == "unchanged"


def test_wrong_administrator_fails_for_good(runner: Runner, resource: MongoDB) -> None:
    outcome = runner.run(resource, "new", administrator="wrong")

    assert (outcome.status, outcome.may_pass) == ("failed", False)


def test_server_that_is_away_may_come_back(runner: Runner, resource: MongoDB) -> None:
    outcome = runner.run(resource.model_copy(update={"port": 1}), "new")

    assert (outcome.status, outcome.may_pass) == ("failed", True)


def test_check_tells_the_version(runner: Runner, resource: MongoDB) -> None:
    assert "MongoDB " in runner.run(resource, operation="check").details[0]
