"""The API or the store goes away at each request that an operation makes: a repeat finishes, and tells what keys it leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.cutting import Cutter
from tests.integration.digitalocean.conftest import Store
from tests.integration.digitalocean.failing import FAULTS, MOST, provision_failing, remove_failing
from tests.integration.digitalocean.stand_in import Fault


@pytest.fixture
def cutter(store: Store) -> Iterator[Cutter]:
    found = Cutter(store.runner.server.host, store.runner.server.port, stays_away=True)
    store.resource = store.resource.model_copy(update={"endpoint": f"http://127.0.0.1:{found.port}"})
    yield found
    found.close()


def assert_finished(store: Store) -> None:
    """All is right. A key whose making was not heard of is left, as any former one, and told."""
    assert not store.run("new").failed
    assert_known(store)


def assert_known(store: Store) -> None:
    outcome = store.run()
    keys = {one["access_key"] for one in store.keys.keys.values()}
    assert outcome.status == "unchanged"
    assert store.runner.kept["ACCESS.1"] in keys
    assert len([line for line in outcome.details if "kept former key" in line]) == len(keys) - 1


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_provisioning_is_finished_by_a_repeat_wherever_the_api_failed(store: Store, fault: Fault) -> None:
    for _ in provision_failing(store.api, store.run, fault):
        assert_known(store)


@pytest.mark.slow
def test_removal_is_finished_by_a_repeat_wherever_the_api_failed(store: Store) -> None:
    for _ in remove_failing(store.api, store.run, "lost"):
        assert store.keys.keys == {}


@pytest.mark.slow
def test_provisioning_is_finished_by_a_repeat_wherever_the_store_failed(store: Store, cutter: Cutter) -> None:
    for piece in range(1, MOST):
        cutter.cut_at(piece)
        outcome = store.run("new")
        was_cut = cutter.mend()
        assert outcome.may_pass or not outcome.failed, outcome.details
        assert_finished(store)
        assert store.run(operation="deprovision", delete_data=True).status == "removed"
        if not was_cut:
            return
    pytest.fail("the operation never came to its end")


def test_key_that_cannot_be_kept_is_removed_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(dict[str, str]):
        def __setitem__(self, key: str, value: str) -> None:
            raise OSError("no space")

    store.runner.kept = Full()
    assert store.run("new").failed

    assert store.keys.keys == {}
