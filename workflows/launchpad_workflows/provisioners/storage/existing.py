"""Buckets and a key that the operator looks after."""

from __future__ import annotations

from launchpad_workflows.items import Item
from launchpad_workflows.provisioners.base import ABSENT, Found, Given
from launchpad_workflows.provisioners.storage.provisioner import StorageProvisioner
from launchpad_workflows.requests import Storage


class ExistingStorageProvisioner(Given[Storage], StorageProvisioner):
    """Tried with the instance's own key, never changed."""

    def look(self, item: Item) -> Found:
        """Whether the key is let in."""
        return Found(ours=True) if self.opens(item.name) else ABSENT
