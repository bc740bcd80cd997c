"""Collects what one run does to one resource, and ends as its outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from launchpad_workflows.items import Item
from launchpad_workflows.outcomes import Outcome, Status
from launchpad_workflows.requests import Resource


@dataclass
class Report:
    """`say` hears each line at once. The rest is as in `Outcome`."""

    say: Callable[[str], None] = lambda _line: None
    status: Status = "unchanged"
    isolated: bool = False
    details: list[str] = field(default_factory=list)

    def created(self, what: object) -> None:
        """Something was missing and is there now."""
        self.status = "created"
        self.note(f"created {what}")

    def repaired(self, what: str) -> None:
        """Something was not as it should be and is now."""
        if self.status == "unchanged":
            self.status = "repaired"
        self.note(f"repaired {what}")

    def note(self, line: str) -> None:
        """Something worth knowing."""
        self.details.append(line)
        self.say(line)

    def outcome(self, resource: Resource, *, status: Status | None = None, **more: Any) -> Outcome:
        """The end of it."""
        return Outcome(
            resource=resource.resource,
            provider=resource.provider,
            server=resource.server,
            status=status or self.status,
            isolated=self.isolated,
            details=tuple(self.details),
            **{"generation": resource.generation, **more},
        )


def keys(items: Iterable[Item]) -> tuple[str, ...]:
    """Names as outcomes list them."""
    return tuple(item.key for item in items)
