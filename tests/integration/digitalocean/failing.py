"""An operation whose API fails at one request after the other: what may pass is told so, and a repeat finishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.integration.digitalocean.stand_in import Fault, StandIn

MOST = 100
FAULTS: tuple[Fault, ...] = ("down", "lost", "throttled", "broken")
Run = Callable[..., Any]


def provision_failing(api: StandIn, run: Run, fault: Fault) -> Iterator[None]:
    """Provisions and removes with a fault at each request; yields when a repeat has provisioned."""
    for reached in _each(api, fault, lambda: run("new")):
        assert not run("new").failed
        assert run().status == "unchanged"
        yield
        assert run(operation="deprovision", delete_data=True).status == "removed"
        if not reached:
            return


def remove_failing(api: StandIn, run: Run, fault: Fault) -> Iterator[None]:
    """Removes with a fault at each request; yields when a repeat has done so."""

    def remove() -> Any:
        return run(operation="deprovision", delete_data=True)

    run("new")
    for reached in _each(api, fault, remove):
        remove()
        assert remove().status == "absent"
        yield
        if not reached:
            return
        run("new")


def _each(api: StandIn, fault: Fault, act: Run) -> Iterator[bool]:
    """Whether the request with the fault was made at all, which an end without one shows."""
    for number in range(1, MOST):
        api.from_here(number, fault)
        outcome = act()
        assert outcome.may_pass or not outcome.failed, outcome.details
        reached = len(api.seen) >= next(iter(api.faults))
        api.faults = {}
        yield reached
    pytest.fail("the operation never came to its end")
