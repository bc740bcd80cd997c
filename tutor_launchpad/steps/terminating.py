"""A namespace that is being deleted: waited for as long as it may be a matter of a minute, then told what it waits for."""

from __future__ import annotations

from collections.abc import Callable

from tutor_launchpad.core.errors import Conflict
from tutor_launchpad.core.namespaces import is_terminating, waits_for
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.clock import Time

PATIENCE = 120.0
POLL = 2.0


def wait_until_gone(
    find: Callable[[], Object | None], say: Callable[[str], None], patience: float, clock: Time
) -> Object | None:
    """What `find` gives once that is nothing, or a namespace that stays; raises `Conflict` when our patience ends."""
    end, told = clock.now() + patience, ""
    while True:
        live = find()
        if live is None or not is_terminating(live):
            return live
        if clock.now() >= end:
            raise terminating(live)
        remains = waits_for(live)
        text = f"namespace {live['metadata']['name']} is being deleted, waiting for its end" + (
            f": {remains}" if remains else ""
        )
        if text != told:
            say(text)
            told = text
        clock.sleep(POLL)


def terminating(live: Object) -> Conflict:
    """The refusal, with what keeps the namespace there."""
    name, remains = live["metadata"]["name"], waits_for(live)
    because = f" and waits for this: {remains}" if remains else ""
    return Conflict(
        f"Namespace {name} is being deleted{because}. Deploy again once it is gone; "
        f"`kubectl get namespace {name} -o yaml` shows its state."
    )
