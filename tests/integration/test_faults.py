"""The connection is cut at each n-th piece that is sent: a repeat finishes, and nothing that is told holds a secret."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from launchpad_workflows import names
from launchpad_workflows.items import Claim
from launchpad_workflows.requests import Bucket, MongoDB, MySQL, MySQLDatabase, Resource, Storage

from tests.integration.conftest import Runner, named_server
from tests.integration.cutting import Cutter

MOST = 400
"""Pieces, far more than any operation sends."""


def mysql(runner: Runner, port: int) -> Resource:
    name = names.mysql_database(runner.instance, "openedx")
    database = MySQLDatabase(name=name, username=names.mysql_user(runner.instance, "openedx"), password_key="P")
    return MySQL(server="main", host="127.0.0.1", port=port, databases=(database,))


def mongodb(runner: Runner, port: int) -> Resource:
    name = names.mongodb_database(runner.instance, "openedx")
    user = names.mongodb_user(runner.instance, "openedx")
    return MongoDB(server="main", host="127.0.0.1", port=port, databases=(name,), username=user, password_key="P")


def storage(runner: Runner, port: int) -> Resource:
    bucket = Bucket(name=names.bucket(runner.instance, "openedx"), versioning=True)
    key = names.access_key(runner.instance, "openedx")
    endpoint = f"http://127.0.0.1:{port}"
    return Storage(server="main", endpoint=endpoint, buckets=(bucket,), access_key=key, secret_key_key="P")


# Setting, resource, whether the server stays away (MongoDB's client looks for it for ten seconds), pieces from cut to cut.
CASES = [
    pytest.param(("LAUNCHPAD_TEST_MYSQL", mysql, True, 1), id="mysql", marks=pytest.mark.slow),
    pytest.param(("LAUNCHPAD_TEST_MONGODB", mongodb, False, 3), id="mongodb"),
    pytest.param(("LAUNCHPAD_TEST_S3", storage, True, 7), id="storage"),
]


class Faulty:
    """Runs operations by way of a cutter."""

    def __init__(self, runner: Runner, make: Callable[[Runner, int], Resource], stays_away: bool) -> None:
        self.cutter = Cutter(runner.server.host, runner.server.port, stays_away=stays_away)
        self.runner = runner
        self.resource = make(runner, self.cutter.port)

    def cut(self, piece: int, operation: str, claim: Claim, **more: Any) -> bool:
        """Whether the operation came to the cut. It fails there as what may pass, or got over it by itself."""
        self.cutter.cut_at(piece)
        outcome = self.runner.run(self.resource, claim, operation=operation, **more)
        was_cut = self.cutter.mend()
        assert outcome.may_pass or not outcome.failed, outcome.details
        return was_cut

    def run(self, operation: str, claim: Claim = "ours", **more: Any) -> str:
        """The status of a run that nothing disturbs."""
        return self.runner.run(self.resource, claim, operation=operation, **more).status


@pytest.fixture
def faulty(request: pytest.FixtureRequest, instance: str) -> Iterator[tuple[Faulty, int]]:
    setting, make, stays_away, step = request.param
    found = Faulty(Runner(named_server(setting, make.__name__), instance), make, stays_away)
    yield found, step
    found.run("deprovision", delete_data=True)
    found.cutter.close()


@pytest.mark.parametrize("faulty", CASES, indirect=True)
def test_provisioning_is_finished_by_a_repeat_wherever_it_was_cut(faulty: tuple[Faulty, int]) -> None:
    one, step = faulty

    for piece in range(1, MOST, step):
        was_cut = one.cut(piece, "provision", "new")
        assert one.run("provision", "new") in ("created", "repaired", "unchanged")
        assert one.run("provision") == "unchanged"
        assert one.run("deprovision", delete_data=True) == "removed"
        if not was_cut:
            return
    pytest.fail("the operation never came to its end")


@pytest.mark.parametrize("faulty", CASES, indirect=True)
def test_removal_is_finished_by_a_repeat_wherever_it_was_cut(faulty: tuple[Faulty, int]) -> None:
    one, step = faulty

    for piece in range(1, MOST, step):
        one.run("provision", "new")
        was_cut = one.cut(piece, "deprovision", "ours", delete_data=True)
        assert one.run("deprovision", delete_data=True) in ("removed", "revoked", "absent")
        assert one.run("deprovision", delete_data=True) == "absent"
        if not was_cut:
            return
    pytest.fail("the operation never came to its end")
