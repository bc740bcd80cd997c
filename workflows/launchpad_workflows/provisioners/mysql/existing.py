"""MySQL that the operator looks after."""

from __future__ import annotations

from launchpad_workflows.errors import Refused
from launchpad_workflows.items import Item
from launchpad_workflows.provisioners.base import ABSENT, Found, Given
from launchpad_workflows.provisioners.mysql.provisioner import MySQLProvisioner
from launchpad_workflows.provisioners.mysql.session import session
from launchpad_workflows.requests import MySQL


class ExistingMySQLProvisioner(Given[MySQL], MySQLProvisioner):
    """Schemas and a user that the operator made: tried, never changed."""

    def look(self, item: Item) -> Found:
        """What the instance's own user sees."""
        if item.kind == "user":
            return Found(ours=True) if self.opens(item.name) else ABSENT
        for user, databases in self.resource.users().items():
            if item.name in {database.name for database in databases}:
                return self._look_as(user, item.name)
        return ABSENT

    def _look_as(self, user: str, schema: str) -> Found:
        try:
            with session(self.place, user, self.secret(user), schema):
                return Found(ours=True)
        except Refused:  # unknown to the server, or to this user
            return ABSENT
