"""How a watch is shown: live on a terminal, else a line for each change, or a JSON document for each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import click

from tutor_launchpad.core.errors import LaunchpadError
from tutor_launchpad.core.results import render_event
from tutor_launchpad.core.status.model import InstanceStatus
from tutor_launchpad.core.status.text import changes, describe
from tutor_launchpad.steps.watching import View

if TYPE_CHECKING:
    from rich.console import Console, RenderResult
    from rich.live import Live

Clock = Callable[[], datetime]


def _utc() -> datetime:
    return datetime.now(timezone.utc)


def _moment(when: datetime) -> str:
    """The time of day where the reader is."""
    return f"{when.astimezone():%H:%M:%S}"


@contextmanager
def open_view(output: str, interval: float) -> Iterator[View]:
    """The view for this output; on a terminal it is drawn in place while the context lasts."""
    if output == "json":
        yield JsonView()
    elif not sys.stdout.isatty():
        yield LineView()
    else:
        from rich.console import Console
        from rich.live import Live

        picture = Picture(interval)
        with Live(
            picture, console=Console(highlight=False), refresh_per_second=1, vertical_overflow="ellipsis"
        ) as live:
            yield LiveView(picture, live)


@dataclass
class _Silence:
    """Since when nothing is heard; told once."""

    now: Clock = _utc
    heard: datetime = field(default_factory=_utc)
    lasting: bool = False

    def begins(self) -> bool:
        """Whether this is the first look without an answer."""
        first, self.lasting = not self.lasting, True
        return first

    def ends(self) -> bool:
        """Whether it had lasted until now."""
        before, self.lasting, self.heard = self.lasting, False, self.now()
        return before


class LineView:
    """A line for each change, with its time of day."""

    def __init__(self, now: Clock = _utc) -> None:
        self._silence = _Silence(now, now())
        self._before: InstanceStatus | None = None

    def show(self, status: InstanceStatus) -> None:
        """See `View`."""
        if self._silence.ends():
            self._say("heard again")
        for line in changes(self._before, status):
            self._say(line)
        self._before = status

    def lose(self, error: LaunchpadError) -> None:
        """See `View`."""
        if self._silence.begins():
            self._say(f"nothing heard since {_moment(self._silence.heard)}: {error}")

    def _say(self, text: str) -> None:
        _line(f"{_moment(self._silence.now())}  {text}")


class JsonView:
    """One JSON document a line: `status` for each change, `lost` where nothing is heard any more, `heard` where it is again."""

    def __init__(self, now: Clock = _utc) -> None:
        self._silence = _Silence(now, now())
        self._before: InstanceStatus | None = None
        self._told = ""

    def show(self, status: InstanceStatus) -> None:
        """See `View`."""
        since, timeless = self._silence.heard, replace(status, observed="", age=None)
        again = self._silence.ends()
        if again:
            self._say("heard", {"unheard_since": _iso(since)})
            self._told = ""
        if again or timeless != self._before:
            _line(render_event("status", status.observed, status))
        self._before = timeless

    def lose(self, error: LaunchpadError) -> None:
        """See `View`. Another reason is told too."""
        if self._silence.begins() or str(error) != self._told:
            self._say("lost", {"unheard_since": _iso(self._silence.heard)}, error)
        self._told = str(error)

    def fail(self, error: LaunchpadError) -> None:
        """The watch ends with this error, which is the last line."""
        self._say("failed", {}, error)
        error.printed = True

    def _say(self, event: str, content: dict[str, str], error: LaunchpadError | None = None) -> None:
        _line(render_event(event, _iso(self._silence.now()), content, error))


def _iso(when: datetime) -> str:
    return when.isoformat(timespec="seconds")


def _line(text: str) -> None:
    click.echo(text)
    sys.stdout.flush()


class Picture:
    """What stands on the terminal; its clock moves on although a look may hang."""

    def __init__(self, interval: float, now: Clock = _utc) -> None:
        self.silence = _Silence(now, now())
        self.status: InstanceStatus | None = None
        self.error = ""
        self._interval = interval

    @property
    def text(self) -> str:
        """The status and one line on the watch itself."""
        shown = describe(self.status) if self.status is not None else "looking …"
        return f"{shown}\n\n{self._footer()}"

    def _footer(self) -> str:
        passed = int((self.silence.now() - self.silence.heard).total_seconds())
        if self.silence.lasting:
            return f"nothing heard since {_moment(self.silence.heard)} ({passed} s): {self.error}"
        return f"seen {passed} s ago, looks every {self._interval:g} s, Ctrl-C ends"

    def __rich_console__(self, console: Console, options: object) -> RenderResult:
        """Drawn anew at each refresh."""
        from rich.text import Text

        yield Text(self.text)


class LiveView:
    """Draws in place."""

    def __init__(self, picture: Picture, live: Live) -> None:
        self._picture = picture
        self._live = live

    def show(self, status: InstanceStatus) -> None:
        """See `View`."""
        self._picture.silence.ends()
        self._picture.status = status
        self._live.refresh()

    def lose(self, error: LaunchpadError) -> None:
        """See `View`."""
        self._picture.silence.begins()
        self._picture.error = str(error)
        self._live.refresh()
