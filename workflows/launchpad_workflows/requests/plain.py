"""Models that need no fields of their own: for small provisioners of other packages, and for what is not made."""

from __future__ import annotations

from collections.abc import Mapping

from launchpad_workflows.items import Item
from launchpad_workflows.requests.base import Key, Port, Resource, Url


class Plain(Resource):
    """Names by kind on a server behind one address, and users with the keys of their passwords.

    `port`: the one that instances connect to on the same host, where it is not the endpoint's.
    """

    endpoint: Url
    port: Port | None = None
    names: Mapping[str, tuple[str, ...]] = {}
    users: Mapping[str, Key] = {}

    def items(self) -> tuple[Item, ...]:
        """Users, as they are called in this generation, and the names."""
        users = self._items("user", map(self.user, self.users))
        return users + tuple(item for kind, found in self.names.items() for item in self._items(kind, found))

    def key_of(self, user: str) -> str:
        """The key of a user's password, by its name in this generation; empty where there is no such user."""
        return {self.user(name): key for name, key in self.users.items()}.get(user, "")

    def password_keys(self) -> tuple[str, ...]:
        """The users' passwords."""
        return tuple(dict.fromkeys(self.users.values()))


class Nothing(Resource):
    """A resource that an instance does without."""

    def items(self) -> tuple[Item, ...]:
        """None."""
        return ()
