"""What people see while a command works: always on standard error, so that standard output holds the result alone."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol

from tutor_launchpad.core.results import Status, StepResult

if TYPE_CHECKING:
    from rich.status import Status as Spinner


Confirm = Callable[[str], bool]


class Display(Protocol):
    """Shows steps with their state and time."""

    def asking(self, confirm: Confirm) -> Confirm:
        """The same question, with nothing moving on the terminal while somebody answers."""

    def say(self, text: str) -> None:
        """A line below the running step."""

    def step(self, name: str) -> AbstractContextManager[Callable[[StepResult], None]]:
        """See `steps.run.Shown`."""


def open_display() -> Display:
    """Live on a terminal; plain lines elsewhere, where the library for terminals is not even loaded."""
    return TerminalDisplay() if sys.stderr.isatty() else PlainDisplay()


class PlainDisplay:
    """A line for each thing that happens."""

    def asking(self, confirm: Confirm) -> Confirm:
        """See `Display`."""
        return confirm

    def say(self, text: str) -> None:
        """See `Display`."""
        print(f"    {text}", file=sys.stderr, flush=True)  # noqa: T201 - this is the place that prints

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[StepResult], None]]:
        """See `Display`."""
        yield lambda result: print(_line(f"{result.status.value:9}", result), file=sys.stderr, flush=True)  # noqa: T201


class TerminalDisplay:
    """A spinner for the running step, on which the newest line replaces the one before."""

    def __init__(self) -> None:
        from rich.console import Console

        self.console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._spinner: Spinner | None = None
        self._step = ""

    def asking(self, confirm: Confirm) -> Confirm:
        """See `Display`."""

        def ask(question: str) -> bool:
            if self._spinner is None:
                return confirm(question)
            self._spinner.stop()
            try:
                return confirm(question)
            finally:
                self._spinner.start()

        return ask

    def say(self, text: str) -> None:
        """See `Display`."""
        from rich.markup import escape

        if self._spinner is not None:
            self._spinner.update(f"{self._step}  {escape(text)}")
        else:
            self.console.print(escape(text))

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[StepResult], None]]:
        """See `Display`."""
        self._step = name
        with self.console.status(name) as self._spinner:
            try:
                yield self._show
            finally:
                self._spinner = None

    def _show(self, result: StepResult) -> None:
        from rich.markup import escape

        marks = {
            Status.DONE: "[green]✓[/]",
            Status.UNCHANGED: "[dim]=[/]",
            Status.SKIPPED: "[dim]-[/]",
            Status.FAILED: "[red]✗[/]",
            Status.INTERRUPTED: "[red]✗[/]",
        }
        self.console.print(f"{marks[result.status]} {escape(_line('', result))}")


def _line(mark: str, result: StepResult) -> str:
    detail = "" if result.status is Status.FAILED else result.detail  # the error itself follows
    return f"{mark} {result.name:10} {result.seconds:6.1f} s  {detail}".strip()
