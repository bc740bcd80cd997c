"""Buckets made by the administrator's key, to be used with a key that the operator made for the instance."""

from __future__ import annotations

from launchpad_workflows.errors import Unsupported
from launchpad_workflows.items import Item
from launchpad_workflows.provisioners.storage import buckets
from launchpad_workflows.provisioners.storage.provisioner import StorageProvisioner


class CompatibleProvisioner(StorageProvisioner):
    """A tag on the bucket names the instance, as there is no key of ours to show it."""

    access = frozenset()

    def make(self, item: Item) -> None:
        """A bucket with its tag."""
        super().make(item)
        try:
            buckets.mark(self.admin, self.place, item.name, {buckets.OWNER_TAG: self.context.instance})
        except Unsupported:
            self.context.say("the store knows no tags: if this run is interrupted, the bucket must be removed by hand")

    def shown(self, bucket: str) -> bool:
        """The tag names this instance."""
        return buckets.owner(self.admin, self.place, bucket) == self.context.instance

    def not_ours(self, bucket: str) -> str:
        """The tag names another."""
        owner = buckets.owner(self.admin, self.place, bucket)
        if owner in ("", self.context.instance):
            return ""
        return self.taken("Bucket", bucket, owner)
