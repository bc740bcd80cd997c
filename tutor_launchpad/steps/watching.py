"""Looks at an instance again and again, until somebody has seen enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from tutor_launchpad.core.errors import LaunchpadError, TimedOut, Unreachable
from tutor_launchpad.core.status.model import InstanceStatus, Verdict, Why
from tutor_launchpad.steps.clock import Time

SHORTEST_PAUSE = 0.5


class View(Protocol):
    """Shows what a watch sees."""

    def show(self, status: InstanceStatus) -> None:
        """A status, whether it is another one or not."""

    def lose(self, error: LaunchpadError) -> None:
        """Nothing is heard; called at each look that gets no answer."""


@dataclass(frozen=True)
class Pace:
    """`interval`: seconds between two looks. `until`: what ends the watch; None: nothing does. `timeout`: for `until`."""

    interval: float = 5.0
    until: Verdict | None = None
    timeout: float = 1800.0


def watch(look: Callable[[], InstanceStatus], view: View, pace: Pace, time: Time) -> None:
    """Look and show, for ever or until the awaited verdict. An API that does not answer ends nothing.

    Raises `TimedOut` with the last verdict where the awaited one does not come.
    """
    started, last = time.now(), "nothing was heard"
    while True:
        began = time.now()
        try:
            status = look()
        except LaunchpadError as error:
            view.lose(error)
        else:
            missing = unheard(status)
            if missing:
                view.lose(Unreachable(missing))
            else:
                view.show(status)
                last = status.verdict.value
            if pace.until is not None and status.verdict is pace.until:
                return
        pause = max(pace.interval - (time.now() - began), SHORTEST_PAUSE)
        if pace.until is not None:
            left = started + pace.timeout - time.now()
            if left <= 0:
                raise TimedOut(
                    f"Not {pace.until.value} within {pace.timeout:.0f} s; last seen: {last}. Look with `status`."
                )
            pause = min(pause, left)
        time.sleep(pause)


def unheard(status: InstanceStatus) -> str:
    """Why the cluster did not answer a look; empty where it did. A repository that is away hides only its own part."""
    away = [one.text for part, one in status.unseen.items() if part != "git" and one.why is Why.UNREACHABLE]
    return away[0] if away else ""
