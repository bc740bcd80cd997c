"""The document by which a database says whose it is."""

from __future__ import annotations

from dataclasses import dataclass

from pymongo import MongoClient

from launchpad_workflows.provisioners.mongodb.session import Document

MARKER = "launchpad"
"""Its collection."""
_ID = {"_id": "owner"}


@dataclass(frozen=True)
class Owner:
    """An instance of a root; without one where the root is not known."""

    instance: str
    root: str = ""

    def __str__(self) -> str:
        return f"instance {self.instance}"

    def may_be(self, other: Owner) -> bool:
        """Whether both can be the same: a root that is not known contradicts none."""
        return self.instance == other.instance and (self.root == other.root or not (self.root and other.root))


def owner_of(client: MongoClient[Document], database: str) -> Owner | None:
    """None where it has no such document."""
    found = client[database][MARKER].find_one(_ID)
    return None if found is None else Owner(str(found.get("instance", "")), str(found.get("root", "")))


def mark(client: MongoClient[Document], database: str, owner: Owner) -> None:
    """Run twice at a time, it stays one document."""
    said = {"instance": owner.instance, **({"root": owner.root} if owner.root else {})}
    client[database][MARKER].update_one(_ID, {"$set": said}, upsert=True)
