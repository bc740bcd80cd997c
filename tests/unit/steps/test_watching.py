"""A watch goes on whatever it meets, and ends only when it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest

from tests.unit.core.status.looks import cluster, read
from tutor_launchpad.core.errors import LaunchpadError, TimedOut, Unreachable
from tutor_launchpad.core.status.model import InstanceStatus, Unseen, Verdict, Why
from tutor_launchpad.steps.clock import Time
from tutor_launchpad.steps.watching import Pace, watch

HEALTHY = read()
ABSENT = read(cluster(application={}))
AWAY = replace(HEALTHY, verdict=Verdict.UNKNOWN, unseen={"pods": Unseen(Why.UNREACHABLE, "no route")})
NO_GIT = replace(HEALTHY, verdict=Verdict.UNKNOWN, unseen={"git": Unseen(Why.UNREACHABLE, "no route")})


class Over(Exception):
    """The looks of a test are used up."""


@dataclass
class Screen:
    """What was shown, and the clock that only pauses move."""

    looks: list[InstanceStatus | LaunchpadError]
    seen: list[str] = field(default_factory=list)
    now: float = 0.0
    slow: float = 0.0

    def show(self, status: InstanceStatus) -> None:
        self.seen.append(status.verdict.value)

    def lose(self, error: LaunchpadError) -> None:
        self.seen.append(str(error))

    def look(self) -> InstanceStatus:
        self.now += self.slow
        if not self.looks:
            raise Over
        found = self.looks.pop(0)
        if isinstance(found, LaunchpadError):
            raise found
        return found

    def sleep(self, seconds: float) -> None:
        self.seen.append(f"{seconds:g} s")
        self.now += seconds

    def run(self, pace: Pace) -> None:
        watch(self.look, self, pace, Time(lambda: self.now, self.sleep))


@pytest.mark.parametrize(
    "error", [AWAY, Unreachable("no route"), LaunchpadError("no route")], ids=["part", "all", "other"]
)
def test_api_that_does_not_answer_ends_nothing(error: InstanceStatus | LaunchpadError) -> None:
    screen = Screen([HEALTHY, error, HEALTHY])

    with pytest.raises(Over):
        screen.run(Pace(interval=5))

    assert screen.seen == ["healthy", "5 s", "no route", "5 s", "healthy", "5 s"]


def test_repository_that_is_away_is_part_of_what_is_shown() -> None:
    screen = Screen([NO_GIT])

    with pytest.raises(Over):
        screen.run(Pace())

    assert screen.seen[0] == "unknown"


@pytest.mark.parametrize(("slow", "pause"), [(1.0, "4 s"), (9.0, "0.5 s")], ids=["quick", "slower than the interval"])
def test_looks_keep_their_interval_and_always_pause(slow: float, pause: str) -> None:
    screen = Screen([HEALTHY], slow=slow)

    with pytest.raises(Over):
        screen.run(Pace(interval=5))

    assert screen.seen == ["healthy", pause]


def test_awaited_verdict_ends_it() -> None:
    screen = Screen([ABSENT, AWAY, HEALTHY, ABSENT])

    screen.run(Pace(until=Verdict.HEALTHY))

    assert screen.seen == ["absent", "5 s", "no route", "5 s", "healthy"]


@pytest.mark.parametrize(
    ("look", "last"),
    [(ABSENT, "last seen: absent"), (AWAY, "last seen: nothing was heard")],
    ids=["seen", "never heard"],
)
def test_awaited_verdict_that_does_not_come_times_out(look: InstanceStatus, last: str) -> None:
    screen = Screen([look] * 9)

    with pytest.raises(TimedOut, match=f"Not healthy within 10 s; {last}"):
        screen.run(Pace(interval=5, until=Verdict.HEALTHY, timeout=10))


def test_last_pause_is_no_longer_than_the_time_that_is_left() -> None:
    screen = Screen([ABSENT] * 4)

    with pytest.raises(TimedOut):
        screen.run(Pace(interval=5, until=Verdict.HEALTHY, timeout=12))

    assert ([one for one in screen.seen if one.endswith(" s")], screen.now) == (["5 s", "5 s", "2 s"], 12)
