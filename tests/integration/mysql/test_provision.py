"""Against a real MySQL or MariaDB: everything may be missing, drifted, foreign, half done or away."""

from __future__ import annotations

from typing import Any

import pytest
from launchpad_workflows.requests import MySQL

from tests.integration.conftest import Runner
from tests.integration.mysql.conftest import Sql, first


def test_missing_is_made_and_a_second_run_changes_nothing(runner: Runner, resource: MySQL, sql: Sql) -> None:
    made = runner.run(resource, "new")
    grants = sql(f"SHOW GRANTS FOR '{first(resource).username}'@'%'")
    again = runner.run(resource)

    assert (made.status, made.isolated) == ("created", True)
    assert (again.status, again.isolated) == ("unchanged", True)
    assert sql(f"SHOW GRANTS FOR '{first(resource).username}'@'%'") == grants
    schema = sql(
        "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA "
        f"WHERE SCHEMA_NAME = '{first(resource).name}'"
    )
    assert schema == [("utf8mb4", "utf8mb4_unicode_ci")]


def test_changed_password_is_repaired(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")
    runner.password = "another password"

    repaired = runner.run(resource)

    assert (repaired.status, runner.run(resource).status) == ("repaired", "unchanged")
    assert any("password of user" in line for line in repaired.details)


def test_drifted_privileges_and_character_set_are_repaired(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")
    account, name = f"'{first(resource).username}'@'%'", first(resource).name
    escaped = name.replace("_", r"\_")
    sql(f"REVOKE DROP ON `{escaped}`.* FROM {account}")
    sql(f"GRANT SELECT ON mysql.* TO {account}")
    sql(f"GRANT PROCESS ON *.* TO {account} WITH GRANT OPTION")
    sql(f"ALTER DATABASE `{name}` CHARACTER SET latin1")

    repaired = runner.run(resource)

    assert (repaired.status, repaired.isolated) == ("repaired", True)
    assert runner.run(resource).status == "unchanged"


def test_database_that_vanished_is_made_again(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")
    sql(f"DROP DATABASE `{first(resource).name}`")

    assert runner.run(resource).status == "created"


def test_foreign_schema_is_refused_before_anything_is_made(runner: Runner, resource: MySQL, sql: Sql) -> None:
    sql(f"CREATE DATABASE `{resource.databases[1].name}`")

    outcome = runner.run(resource, "new")

    assert (outcome.status, outcome.may_pass) == ("failed", False)
    assert "was not touched" in outcome.details[-1]
    assert sql(f"SELECT User FROM mysql.user WHERE User = '{first(resource).username}'") == []
    assert sql(f"SHOW DATABASES LIKE '{first(resource).name}'") == []


@pytest.mark.parametrize("host", ["%", "localhost"])
def test_foreign_user_is_refused(runner: Runner, resource: MySQL, sql: Sql, host: str) -> None:
    user = first(resource).username
    sql(f"CREATE USER '{user}'@'{host}' IDENTIFIED BY 'theirs'")

    outcome = runner.run(resource, "new")
    sql(f"DROP USER '{user}'@'{host}'")

    assert outcome.status == "failed"
    assert "nothing shows that it is this instance's" in outcome.details[-1]


@pytest.mark.parametrize("step", ["user", "grants", "one schema"])
def test_interrupted_run_is_finished(runner: Runner, resource: MySQL, sql: Sql, step: str) -> None:
    runner.run(resource, "new")
    account, (one, two) = f"'{first(resource).username}'@'%'", resource.databases
    sql(f"DROP DATABASE `{two.name}`")
    if step in ("user", "grants"):
        sql(f"DROP DATABASE `{one.name}`")
    if step == "user":
        sql(f"REVOKE ALL PRIVILEGES, GRANT OPTION FROM {account}")

    assert runner.run(resource, "new").status in ("created", "repaired")
    assert runner.run(resource).status == "unchanged"


def test_schema_added_later_is_not_taken_from_a_stranger(runner: Runner, resource: MySQL, sql: Sql) -> None:
    alone = resource.model_copy(update={"databases": resource.databases[:1]})
    runner.run(alone, "new")
    sql(f"CREATE DATABASE `{resource.databases[1].name}`")

    assert runner.run(resource, "new").status == "failed"


def test_rights_on_a_former_schema_stay_and_on_a_strangers_go(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")
    alone = resource.model_copy(update={"databases": resource.databases[:1]})
    recorded = alone.model_copy(update={"claims": {f"database/{resource.databases[1].name}": "ours"}})

    left = [runner.run(recorded), runner.run(recorded, operation="verify")]
    stays = runner.run(resource, operation="verify").status
    taken = runner.run(alone)

    assert [(one.status, one.isolated) for one in left] == [("unchanged", True), ("verified", True)]
    assert (stays, taken.status, taken.isolated) == ("verified", "repaired", True)


def test_names_that_only_a_wildcard_joins_stay_apart(
    runner: Runner, resource: MySQL, sql: Sql, cleanups: list[Any]
) -> None:
    near = first(resource).name.replace("_", "x")
    sql(f"CREATE DATABASE `{near}`")
    cleanups.append(lambda: sql(f"DROP DATABASE `{near}`"))

    outcome = runner.run(resource, "new")

    assert (outcome.status, outcome.isolated) == ("created", True)


def test_schema_that_is_open_to_the_user_is_told(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")
    sql(f"GRANT SELECT ON mysql.* TO '{first(resource).username}'@'%'")

    outcome = runner.run(resource, operation="verify")

    assert outcome.status == "failed"
    assert "can see schema mysql" in outcome.details[-1]


def test_wrong_administrator_fails_for_good(runner: Runner, resource: MySQL) -> None:
    outcome = runner.run(resource, "new", administrator="wrong")

    assert (outcome.status, outcome.may_pass) == ("failed", False)
    assert "register the server again" in outcome.details[-1]


def test_server_that_is_away_may_come_back(runner: Runner, resource: MySQL) -> None:
    away = resource.model_copy(update={"port": 1})

    outcome = runner.run(away, "new")

    assert (outcome.status, outcome.may_pass) == ("failed", True)


def test_check_tells_the_version(runner: Runner, resource: MySQL) -> None:
    assert runner.run(resource, operation="check").details[0].startswith("MySQL ")
