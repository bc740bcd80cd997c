"""The names that somebody owns on a shared server."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2s
from typing import Literal

Claim = Literal["new", "ours"]
"""`ours`: recorded as made by this instance. `new`: claimed by it, but nobody has yet confirmed that it was made."""


@dataclass(frozen=True)
class Item:
    """One name of one kind (`database`, `user`, `bucket`) on one server."""

    resource: str
    server: str
    kind: str
    name: str

    @property
    def key(self) -> str:
        """As in a request's `claims`."""
        return f"{self.kind}/{self.name}"

    @property
    def mark(self) -> str:
        """Twelve characters in its place, where thousands of names would be too long. Servers differ on upper and lower case."""
        return blake2s(f"{self.resource}/{self.server}/{self.key.lower()}".encode(), digest_size=6).hexdigest()

    def __str__(self) -> str:
        return f"{self.kind} {self.name} on {self.resource}/{self.server}"


@dataclass(frozen=True)
class Owned:
    """A recorded name: whose it is, and whether a run that made it has ended well; before, it is only claimed."""

    item: Item
    instance: str
    root: str
    made: bool


def whose(owner: str, instance: str) -> str:
    """Whose a name is that is not this instance's: another's, or that of one of the same name in another root."""
    return f"instance {owner}'s" if owner != instance else f"the instance {owner}'s of another root"
