"""Removal from a real MySQL or MariaDB: access first, data on demand, absence seen."""

from __future__ import annotations

import pymysql
import pytest
from launchpad_workflows.requests import MySQL

from tests.integration.conftest import Runner
from tests.integration.mysql.conftest import Sql, first, user_of


def names_left(sql: Sql, resource: MySQL) -> tuple[set[str], set[str]]:
    """Users and schemas of the instance."""
    users = sql(f"SELECT User FROM mysql.user WHERE User LIKE '{user_of(resource)}%'")
    schemas = {row[0] for row in sql("SHOW DATABASES")}
    return {row[0] for row in users}, schemas & {one.name for one in resource.databases}


def test_access_goes_and_data_stays(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")
    sql(f"CREATE TABLE `{first(resource).name}`.t AS SELECT 1 AS kept")

    outcome = runner.run(resource, operation="deprovision")

    assert (outcome.status, len(outcome.kept)) == ("revoked", 2)
    assert names_left(sql, resource) == (set(), {one.name for one in resource.databases})
    assert runner.run(resource, operation="deprovision").status == "unchanged"
    assert runner.run(resource).isolated
    assert sql(f"SELECT kept FROM `{first(resource).name}`.t") == [(1,)]


def test_open_sessions_end_with_access(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")
    server = runner.server
    own = pymysql.connect(host=server.host, port=server.port, user=user_of(resource), password=runner.password)

    outcome = runner.run(resource, operation="deprovision")

    assert outcome.status == "revoked"
    with pytest.raises(pymysql.err.OperationalError), own.cursor() as cursor:
        cursor.execute("SELECT 1")


def test_data_goes_on_demand_and_a_repeat_finds_nothing(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")

    removed = runner.run(resource, operation="deprovision", delete_data=True)

    assert (removed.status, len(removed.released)) == ("removed", 4)
    assert names_left(sql, resource) == (set(), set())
    assert runner.run(resource, operation="deprovision", delete_data=True).status == "absent"


def test_neighbours_of_similar_names_are_untouched(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")
    near = first(resource).name.replace("_", "x")
    sql(f"CREATE DATABASE `{near}`")

    runner.run(resource, operation="deprovision", delete_data=True)

    assert sql(f"SHOW DATABASES LIKE '{near}'") == [(near,)]
    sql(f"DROP DATABASE `{near}`")


def test_user_that_somebody_made_for_another_host_is_told(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")
    sql(f"CREATE USER '{user_of(resource)}'@'localhost' IDENTIFIED BY 'theirs'")

    outcome = runner.run(resource, operation="deprovision", delete_data=True)
    sql(f"DROP USER '{user_of(resource)}'@'localhost'")

    assert (outcome.failed, [one.kind for one in outcome.left]) == (True, ["user", "database", "database"])
    assert names_left(sql, resource)[1] == {one.name for one in resource.databases}
    assert runner.run(resource, operation="deprovision", delete_data=True).status == "removed"


def test_what_is_there_is_inspected_and_nothing_changed(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")
    sql(f"ALTER DATABASE `{first(resource).name}` CHARACTER SET latin1")
    sql(f"GRANT PROCESS ON *.* TO '{user_of(resource)}'@'%'")
    grants = sql(f"SHOW GRANTS FOR '{user_of(resource)}'@'%'")

    outcome = runner.run(resource, operation="inspect", orphans=True)

    drift = {one.kind: one.drift for one in outcome.things if one.drift}
    assert drift["user"] == (f"privileges of user {user_of(resource)}",)
    assert "character set" in drift["database"][0]
    assert {one.state for one in outcome.things} == {"right", "drifted", "missing"}
    assert f"database/{first(resource).name}" in outcome.elsewhere
    assert sql(f"SHOW GRANTS FOR '{user_of(resource)}'@'%'") == grants
