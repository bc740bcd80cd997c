"""Databases and users on a MongoDB cluster of DigitalOcean, whose shell makes no users: its API does.

The API chooses a user's password and tells it once. Databases come first: marker, written by the administrator → the
API's own list → user, who is given these databases. One whose password nobody knows gets another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial

from launchpad_workflows.errors import Refused, Unavailable, Unsupported
from launchpad_workflows.items import Item
from launchpad_workflows.patience import Patience
from launchpad_workflows.provisioners.base import ABSENT, Fix, Found, foreign
from launchpad_workflows.provisioners.digitalocean import READ_WRITE, Clustered, Databases, User
from launchpad_workflows.provisioners.http import Answered
from launchpad_workflows.provisioners.mongodb.marker import mark, owner_of
from launchpad_workflows.provisioners.mongodb.provisioner import SYSTEM, MongoDBProvisioner
from launchpad_workflows.provisioners.mongodb.session import Denied, is_publicly_trusted, translated

_READER = "do-readonly"  # comes with each cluster


class DigitalOceanMongoDBProvisioner(Clustered, MongoDBProvisioner):
    """As on any server, but for who makes users."""

    data_first = True
    databases: Databases

    @contextmanager
    def administering(self) -> Iterator[None]:
        """A client of the administrator, and one of the API."""
        with self.cluster() as self.databases, super().administering():
            yield

    def look(self, item: Item) -> Found:
        """A user by the API, or a database with its marker, which the API should list."""
        if item.kind == "user":
            with translated(self.place, self.administrator[0]):
                return self._look_at_managed_user(item.name)
        found = super().look(item)
        listed = self.databases.has(item.name)
        if not found.exists and listed:  # empty, which the server does not show
            return Found(fixes=(Fix(f"marker of database {item.name}", partial(self._mark, item.name)),))
        if found.exists and not found.foreign and not listed:
            fix = Fix(
                f"entry of database {item.name} in DigitalOcean's list", partial(self._enter, item.name), certain=False
            )
            return replace(found, fixes=(*found.fixes, fix))
        return found

    def make(self, item: Item) -> None:
        """A user whose password is kept, or a marked database; its entry in the list is drift."""
        if item.kind == "user":
            self._make_user(item)
        else:
            self._mark(item.name)

    def remove(self, item: Item) -> None:
        """A user, or a database from the server and from the list."""
        if item.kind == "user":
            self.databases.remove_user(item.name)
        else:
            super().remove(item)
            self.databases.remove(item.name)

    def end_sessions(self, item: Item) -> None:
        """Where the administrator may not end them, they have lost their rights with the user all the same."""
        try:
            super().end_sessions(item)
        except Denied:
            self.context.say(f"sessions of user {item.name} cannot be ended here; they may do nothing any more")

    def version(self) -> str:
        """What the server says of itself, what the API says of it, and whether Open edX would trust it."""
        with self.administering():
            state = self.databases.describe("mongodb")
        told = f"{super().version()}; {state}"
        if self.resource.ca or is_publicly_trusted(self.place):
            return told
        return (
            f"{told}; its certificate is of an authority of its own, which Open edX does not know: register the server "
            "again with that as --ca-file (`doctl databases get-ca` shows it)"
        )

    def names(self) -> Iterable[Item]:
        """Databases of the server, users of the API."""
        place = self.resource.resource, self.resource.server
        with translated(self.place, self.administrator[0]):
            found = self.admin.list_database_names()
        yield from (Item(*place, "database", name) for name in found if name.lower() not in SYSTEM)
        own = {self.administrator[0], _READER}
        users = [user.name for user in self.databases.users() if not user.is_primary]
        yield from (Item(*place, "user", name) for name in users if name not in own)

    def _look_at_managed_user(self, name: str) -> Found:
        user = self.databases.user(name)
        if user is None:
            return ABSENT
        if user.is_primary or name == self.administrator[0]:
            return Found(foreign=f"User {name} is the administrator of {self.place}: choose another name.")
        shown = bool(user.databases) and all(
            owner_of(self.admin, database) == self._me for database in user.databases or ()
        )
        if name not in self.resource.users():
            return Found(ours=shown)
        opens = self.opens(name)
        return Found(ours=opens or shown, fixes=tuple(self._drift(user, opens=opens)))

    def _drift(self, user: User, *, opens: bool) -> Iterator[Fix]:
        wanted = frozenset(self.resource.databases)
        if user.databases is not None and (user.databases, user.role) != (wanted, READ_WRITE):
            yield Fix(f"databases of user {user.name}", partial(self.databases.set_databases, user.name, wanted))
        if not opens:
            yield Fix(f"password of user {user.name}", partial(self._reset_password, user.name))

    def _make_user(self, item: Item) -> None:
        """It is removed again where its password cannot be kept, as that is never told again."""
        try:
            password = self.databases.create_user(item.name, self.resource.databases)
        except Answered as error:
            if self.databases.user(item.name) is not None:  # somebody made it since we looked
                raise foreign(item, self.place) from error
            raise
        with ExitStack() as undo:
            undo.callback(self.databases.remove_user, item.name)
            self._keep(item.name, password)
            undo.pop_all()
        self._await(item.name)

    def _reset_password(self, name: str) -> None:
        self._keep(name, self.databases.reset_password(name))
        self._await(name)

    def _keep(self, name: str, password: str) -> None:
        if not password:
            raise Refused(
                f"DigitalOcean's API did not tell the password of user {name}: give the token the scope "
                "database:view_credentials, or register the server again with another one."
            )
        self.context.credentials.keep(self._secret_key, password)

    def _await(self, name: str) -> None:
        """The server learns of a password after the API."""
        Patience().until(partial(self._see, name), Unavailable)

    def _see(self, name: str) -> None:
        if not self.opens(name):
            raise Unavailable(f"{self.place} does not know the new password of user {name} yet: repeat in a while.")

    def _mark(self, name: str) -> None:
        """As the administrator, as there is no user yet."""
        with translated(self.place, self.administrator[0]):
            mark(self.admin, name, self._me)

    def _enter(self, name: str) -> None:
        try:
            self.databases.create(name)
        except Answered as error:
            raise Unsupported(f"database {name} cannot be shown in DigitalOcean's list: {error}") from error
