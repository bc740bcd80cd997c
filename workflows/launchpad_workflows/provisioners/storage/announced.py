"""Shows that a bucket is being made, from before it exists until its owner is written into it.

Spaces keep no tags, so that a run that is stopped between the two would leave a bucket of which nobody knows whose it is. A
key that opens nothing and has the bucket's name is the announcement; its secret half is dropped unseen.
"""

from __future__ import annotations

from dataclasses import dataclass

from launchpad_workflows.provisioners.storage.spaces_keys import Key, Keys


@dataclass(frozen=True)
class Announcements:
    """Those of one instance."""

    keys: Keys
    instance: str

    def make(self, bucket: str) -> None:
        """One is enough, also if an earlier run left it."""
        if not self.of(bucket):
            self.keys.create(self._name(bucket), [])

    def of(self, bucket: str) -> list[Key]:
        """None where nobody is at it."""
        return [key for key in self.keys.named(self._name(bucket)) if not key.grants]

    def remove(self, bucket: str) -> None:
        """The bucket itself says whose it is, or is not ours."""
        for key in self.of(bucket):
            self.keys.remove(key.access)

    def _name(self, bucket: str) -> str:
        return f"launchpad-{self.instance}-makes-{bucket}"
