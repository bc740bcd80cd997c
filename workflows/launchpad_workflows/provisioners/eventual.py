"""For clouds that take a change at once and tell their servers of it some seconds later."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from launchpad_workflows.patience import Patience
from launchpad_workflows.provisioners.base import Fix
from launchpad_workflows.report import Report


class Eventual:
    """Mixed in. What this run changed is waited for; where it changed nothing, trouble is told soon."""

    patience: ClassVar[Patience] = Patience()
    brief: ClassVar[Patience] = Patience(attempts=4)
    changed: bool = False

    def changing(self, fix: Fix) -> Fix:
        """A fix that the servers have to hear of."""

        def apply() -> None:
            self.changed = True
            fix.apply()

        return replace(fix, apply=apply)

    def try_until(self, try_out: Callable[[Report], None], report: Report, *passing: type[Exception]) -> None:
        """Try until it raises none of `passing`; the report gets the lines of the last time alone."""

        def attempt() -> Report:
            tried = Report()
            try_out(tried)
            return tried

        tried = (self.patience if self.changed else self.brief).until(attempt, *passing)
        for line in tried.details:
            report.note(line)
        report.isolated = tried.isolated
