"""Passwords change on a real server, and at no moment does a login fail that should work."""

from __future__ import annotations

import pymysql
import pytest
from launchpad_workflows.requests import MySQL

from tests.integration.conftest import Runner
from tests.integration.mysql.conftest import Sql, first, user_of


def opens(runner: Runner, user: str, password: str) -> bool:
    server = runner.server
    try:
        pymysql.connect(host=server.host, port=server.port, user=user, password=password).close()
    except pymysql.err.OperationalError:
        return False
    return True


@pytest.fixture
def mariadb(runner: Runner, resource: MySQL, sql: Sql) -> None:
    if "MariaDB" not in str(sql("SELECT VERSION()")):
        pytest.skip("the server has second passwords: see test_mysql8.py")


def switched(runner: Runner, resource: MySQL, generation: int) -> MySQL:
    """What the caller does between the steps."""
    runner.password, runner.following = runner.following, "not prepared yet"
    return resource.model_copy(update={"generation": generation})


def test_second_user_takes_over(runner: Runner, resource: MySQL, sql: Sql, mariadb: None) -> None:
    runner.run(resource, "new")
    before = runner.password

    prepared = runner.run(resource, operation="rotate", step="prepare")
    both = opens(runner, user_of(resource), before), opens(runner, user_of(resource, 2), runner.following)
    after = switched(runner, resource, prepared.generation)
    retired = runner.run(after, operation="rotate", step="retire")

    assert (prepared.status, prepared.generation, prepared.isolated, both) == ("prepared", 2, True, (True, True))
    assert (retired.status, retired.isolated) == ("retired", True)
    assert (opens(runner, user_of(resource), before), opens(runner, user_of(resource, 2), runner.password)) == (
        False,
        True,
    )
    assert runner.run(after).status == "unchanged"


def test_steps_and_deploys_in_between_may_be_repeated(runner: Runner, resource: MySQL, sql: Sql, mariadb: None) -> None:
    runner.run(resource, "new")
    runner.run(resource, operation="rotate", step="prepare")

    again = runner.run(resource, operation="rotate", step="prepare")
    deployed = runner.run(resource)
    after = switched(runner, resource, again.generation)
    statuses = [runner.run(after, operation="rotate", step="retire").status for _ in range(2)]

    assert (again.status, deployed.status, statuses) == ("prepared", "unchanged", ["retired", "retired"])


def test_user_that_views_need_is_kept(runner: Runner, resource: MySQL, sql: Sql, mariadb: None) -> None:
    runner.run(resource, "new")
    account, name = f"`{user_of(resource)}`@`%`", first(resource).name
    sql(f"CREATE DEFINER={account} VIEW `{name}`.v AS SELECT 1 AS one")
    after = switched(runner, resource, runner.run(resource, operation="rotate", step="prepare").generation)

    outcome = runner.run(after, operation="rotate", step="retire")

    assert outcome.failed
    assert f"was kept, as view {name}.v, which it defined, would stop to work" in outcome.details[-1]
    sql(f"DROP VIEW `{name}`.v")
    assert runner.run(after, operation="rotate", step="retire").status == "retired"
