"""What people see while a command works: always on standard error, so that standard output holds the result alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.status import Status as Spinner

from tutor_launchpad.core.results import Status, StepResult

_MARKS = {
    Status.DONE: "[green]✓[/]",
    Status.UNCHANGED: "[dim]=[/]",
    Status.SKIPPED: "[dim]-[/]",
    Status.FAILED: "[red]✗[/]",
}


class Display:
    """Shows steps with their state and time: live on a terminal, plain lines elsewhere."""

    def __init__(self) -> None:
        self.console = Console(file=sys.stderr, highlight=False, soft_wrap=True)
        self._spinner: Spinner | None = None
        self._step = ""

    def say(self, text: str) -> None:
        """A line below the running step; on a terminal the newest line replaces the one before."""
        if self._spinner is not None:
            self._spinner.update(f"{self._step}  {_escape(text)}")
        else:
            self.console.print(f"    {_escape(text)}")

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[StepResult], None]]:
        """See `steps.run.Shown`."""
        self._step = name
        if not self.console.is_terminal:
            yield self._show
            return
        with self.console.status(name) as self._spinner:
            try:
                yield self._show
            finally:
                self._spinner = None

    def _show(self, result: StepResult) -> None:
        mark = _MARKS[result.status] if self.console.is_terminal else f"{result.status.value:9}"
        self.console.print(f"{mark} {result.name:10} {result.seconds:6.1f} s  {_escape(result.detail)}")


def _escape(text: str) -> str:
    return text.replace("[", "\\[")
