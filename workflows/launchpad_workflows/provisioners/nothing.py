"""The provisioner of what an instance does without."""

from __future__ import annotations

from launchpad_workflows.errors import Refused
from launchpad_workflows.items import Item
from launchpad_workflows.provisioners.base import ABSENT, Found, Provisioner
from launchpad_workflows.requests import Nothing


class NothingProvisioner(Provisioner[Nothing]):
    """Has no names, so that every operation ends at once."""

    makes = False

    def look(self, item: Item) -> Found:
        """There is none."""
        return ABSENT

    def make(self, item: Item) -> None:
        """Never asked for."""
        raise Refused(f"Nothing makes {item}.")

    def remove(self, item: Item) -> None:
        """There is none."""

    def version(self) -> str:
        """There is nothing to reach."""
        return "the instance does without"
