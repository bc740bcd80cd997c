"""What all provisioners share: their contract, what they are given and what they report."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

from launchpad_workflows.credentials import Credentials
from launchpad_workflows.errors import Refused
from launchpad_workflows.outcomes import Outcome, Status
from launchpad_workflows.requests import Resource

PROBE = "launchpad_probe"
"""Name of the table, collection or object that is made and removed to show that an instance can use its own."""
NOT_ENFORCED = "isolation not verified: the server does not enforce roles"


@dataclass(frozen=True)
class Context:
    """For whom, with which credentials, and who hears of progress (one line without secrets)."""

    instance: str
    credentials: Credentials
    say: Callable[[str], None] = field(default=lambda _line: None)


@dataclass
class Report:
    """Collects what was done to one resource."""

    context: Context
    details: list[str] = field(default_factory=list)
    status: Status = "unchanged"
    isolated: bool = False

    def created(self, what: str) -> None:
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
        self.context.say(line)

    def outcome(self, resource: Resource) -> Outcome:
        """The end of it."""
        return Outcome(
            resource=resource.resource,
            provider=resource.provider,
            server=resource.server,
            status=self.status,
            isolated=self.isolated,
            details=tuple(self.details),
        )


class Provisioner(Protocol):
    """Converges one resource. Every method may run again after it was stopped anywhere."""

    def __init__(self, resource: Any, context: Context) -> None: ...

    def provision(self) -> Outcome:
        """Make what is missing, repair what has drifted, then verify. Leaves alone what is right."""
        ...

    def verify(self) -> Outcome:
        """Only try it as the instance would, and a neighbour's; nothing is changed."""
        ...

    def check(self) -> str:
        """Log in as administrator; the server's version."""
        ...


def foreign(what: str, server: str, remedy: str) -> Refused:
    """A name that exists without being known to be this instance's."""
    return Refused(
        f"{what} exists on {server} and nothing shows that it is this instance's, so it was not touched: {remedy}"
    )


@contextmanager
def file_of(text: str) -> Iterator[str | None]:
    """A file for libraries that take a certificate authority by path only; None for an empty text."""
    if not text:
        yield None
        return
    handle, path = tempfile.mkstemp(suffix=".crt")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        yield path
    finally:
        os.unlink(path)
