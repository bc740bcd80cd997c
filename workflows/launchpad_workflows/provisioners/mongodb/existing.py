"""MongoDB that the operator looks after."""

from __future__ import annotations

from launchpad_workflows.items import Item
from launchpad_workflows.provisioners.base import ABSENT, Found, Given
from launchpad_workflows.provisioners.mongodb.provisioner import MongoDBProvisioner
from launchpad_workflows.requests import MongoDB


class ExistingMongoDBProvisioner(Given[MongoDB], MongoDBProvisioner):
    """Databases and a user that the operator made: tried, never changed."""

    def look(self, item: Item) -> Found:
        """Whether the instance's own user gets in; a database is there as soon as something is written to it."""
        return Found(ours=True) if all(map(self.opens, self.resource.users())) else ABSENT
