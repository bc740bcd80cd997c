"""Two passwords of one user, on a MySQL 8 that LAUNCHPAD_TEST_MYSQL8 names; without one, see test_mysql_rotation.py."""

from __future__ import annotations

import pytest

from tests.integration.conftest import Runner, named_server
from tests.integration.mysql.conftest import Sql, resource, sql, user_of
from tests.integration.mysql.test_rotate import opens

__all__ = ["resource", "sql"]
from launchpad_workflows.requests import MySQL


@pytest.fixture
def runner(instance: str) -> Runner:
    return Runner(named_server("LAUNCHPAD_TEST_MYSQL8", "mysql"), instance)


def test_both_passwords_open_the_same_user_until_the_former_is_retired(
    runner: Runner, resource: MySQL, sql: Sql
) -> None:
    runner.run(resource, "new")
    former = runner.password

    prepared = [runner.run(resource, operation="rotate", step="prepare") for _ in range(2)]
    both = opens(runner, user_of(resource), former), opens(runner, user_of(resource), runner.following)
    runner.password = runner.following
    retired = [runner.run(resource, operation="rotate", step="retire").status for _ in range(2)]

    assert ([one.generation for one in prepared], both, retired) == ([1, 1], (True, True), ["retired", "retired"])
    assert not opens(runner, user_of(resource), former)
    assert runner.run(resource).status == "unchanged"


def test_other_next_password_keeps_the_one_in_use(runner: Runner, resource: MySQL) -> None:
    runner.run(resource, "new")
    runner.run(resource, operation="rotate", step="prepare")
    lost, runner.following = runner.following, "another-next-passw0rd"

    prepared = runner.run(resource, operation="rotate", step="prepare")

    opened = [opens(runner, user_of(resource), one) for one in (runner.password, runner.following, lost)]
    assert (prepared.status, opened) == ("prepared", [True, True, False])
