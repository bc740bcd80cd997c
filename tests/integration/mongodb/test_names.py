"""Names and passwords that would break text that is put together: all operations on each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from launchpad_workflows.requests import MongoDB

from tests.integration.awkward import AWKWARD, hardest_passwords
from tests.integration.conftest import Runner
from tests.integration.mongodb.conftest import Admin

pytestmark = pytest.mark.slow
HARDEST = ("percent", "double quote", "dollar", "wide", "64 characters")


@pytest.fixture(params=[AWKWARD[name] for name in HARDEST], ids=HARDEST)
def awkward(request: pytest.FixtureRequest, runner: Runner, resource: MongoDB) -> Iterator[MongoDB]:
    """With a user of this name, and a database whose name is as long as may be."""
    suffix = runner.instance[-8:]
    user = f"{request.param[: 64 - 12]}_{suffix}"
    found = resource.model_copy(update={"username": user, "databases": (f"{'d' * 54}-{suffix}",)})
    found = MongoDB.model_validate(found.model_dump())
    yield found
    runner.run(found, operation="deprovision", delete_data=True)


def test_all_operations_take_awkward_names(runner: Runner, awkward: MongoDB) -> None:
    made = runner.run(awkward, "new")
    again = runner.run(awkward)
    prepared = runner.run(awkward, operation="rotate", step="prepare")
    removed = runner.run(awkward, operation="deprovision", delete_data=True)

    statuses = [one.status for one in (made, again, prepared, removed)]
    assert statuses == ["created", "unchanged", "prepared", "removed"]
    assert {one.state for one in runner.run(awkward, operation="inspect").things} == {"missing"}


@hardest_passwords
def test_password_may_hold_every_printable_character(
    runner: Runner, resource: MongoDB, admin: Admin, password: str
) -> None:
    runner.run(resource, "new")
    runner.password = password

    changed = runner.run(resource)

    assert (changed.status, runner.run(resource).status) == ("repaired", "unchanged")
