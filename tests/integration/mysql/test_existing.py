"""What the operator made is tried and never changed."""

from __future__ import annotations

from launchpad_workflows.requests import MySQL

from tests.integration.conftest import Runner
from tests.integration.mysql.conftest import Sql, user_of


def test_given_user_and_schemas_are_used_and_stay(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")
    existing = resource.model_copy(update={"provider": "existing"})
    grants = sql(f"SHOW GRANTS FOR '{user_of(resource)}'@'%'")

    used = runner.run(existing, "new", administrator="nobody has one")
    verified = runner.run(existing, "new", operation="verify")
    inspected = runner.run(existing, "new", operation="inspect")
    left = runner.run(existing, operation="deprovision", delete_data=True)

    assert (used.status, used.made, verified.status) == ("unchanged", (), "verified")
    assert {one.state for one in inspected.things if one.name != user_of(resource, 2)} == {"right"}
    assert (left.status, len(left.released)) == ("unchanged", 4)
    assert sql(f"SHOW GRANTS FOR '{user_of(resource)}'@'%'") == grants


def test_wrong_password_is_told(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")
    runner.password = "another"

    outcome = runner.run(resource.model_copy(update={"provider": "existing"}), "new")

    assert (outcome.failed, outcome.may_pass) == (True, False)
    assert "refuses user" in outcome.details[-1]


def test_its_password_is_not_changed_by_a_rotation(runner: Runner, resource: MySQL, sql: Sql) -> None:
    runner.run(resource, "new")

    outcome = runner.run(resource.model_copy(update={"provider": "existing"}), operation="rotate", step="prepare")

    assert "Launchpad made no user of this instance on mysql/main" in outcome.details[-1]
