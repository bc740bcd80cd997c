"""Names and passwords that would break text that is put together: all operations on each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from launchpad_workflows.requests import MySQL, MySQLDatabase

from tests.integration.awkward import AWKWARD, each_password
from tests.integration.conftest import Runner
from tests.integration.mysql.conftest import Sql


@pytest.fixture(params=list(AWKWARD.values()), ids=list(AWKWARD))
def resource(request: pytest.FixtureRequest, runner: Runner) -> MySQL:
    suffix = runner.instance[-8:]
    name = f"{request.param[: 64 - 9]}_{suffix}" if len(request.param) < 64 else request.param[:56] + suffix
    user = f"{request.param[: 32 - 9]}_{suffix}"
    database = MySQLDatabase(name=name, username=user, password_key="P")
    return MySQL(server="main", host=runner.server.host, port=runner.server.port, databases=(database,))


@pytest.fixture
def clean(runner: Runner, resource: MySQL, cleanups: list[object]) -> Iterator[None]:
    yield
    runner.run(resource, operation="deprovision", delete_data=True)


def test_all_operations_take_awkward_names(runner: Runner, resource: MySQL, clean: None) -> None:
    made = runner.run(resource, "new")
    again = runner.run(resource)
    inspected = runner.run(resource, operation="inspect", orphans=True)
    prepared = runner.run(resource, operation="rotate", step="prepare")
    removed = runner.run(resource, operation="deprovision", delete_data=True)

    assert (made.status, made.isolated, made.details[-1]) == ("created", True, made.details[-1])
    assert (again.status, prepared.status, removed.status) == ("unchanged", "prepared", "removed")
    assert f"database/{resource.databases[0].name}" in inspected.elsewhere
    assert {one.state for one in runner.run(resource, operation="inspect").things} == {"missing"}


@pytest.mark.parametrize("resource", ["plain"], indirect=True)
@each_password
def test_password_may_hold_every_printable_character(
    runner: Runner, resource: MySQL, clean: None, sql: Sql, password: str
) -> None:
    runner.run(resource, "new")
    runner.password = password

    changed = runner.run(resource)

    assert (changed.status, runner.run(resource).status) == ("repaired", "unchanged")
