"""Databases on a cluster of MongoDB Atlas, whose API makes users and never touches data.

An instance's user is made by the API, with the password that we chose and with labels that say whose it is. What needs other
rights in a database, looking before that user is there, copying and dropping, is done by a *steward*: a user for the
databases of this run alone, which is removed at the end of it and by Atlas itself some hours later.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property, partial
from typing import ClassVar, cast

from launchpad_workflows.errors import BadCredentials, NotIsolated, ProvisioningError, Unavailable
from launchpad_workflows.items import Item
from launchpad_workflows.patience import Patience
from launchpad_workflows.provisioners.atlas import LIMIT, Role, User, Users
from launchpad_workflows.provisioners.atlas import connected as connected_to_api
from launchpad_workflows.provisioners.base import ABSENT, PROBE, Files, Fix, Found, foreign
from launchpad_workflows.provisioners.eventual import Eventual
from launchpad_workflows.provisioners.http import Answered
from launchpad_workflows.provisioners.mongodb.provisioner import SYSTEM, Client, MongoDBProvisioner
from launchpad_workflows.provisioners.mongodb.session import Address, Denied, connected
from launchpad_workflows.report import Report
from launchpad_workflows.requests import AtlasMongoDB

INSTANCE, ROOT = "launchpad-instance", "launchpad-root"
_STEWARDS_HOURS = 12
_CONFLICT = 409
_DIGITS = 10
_ACCESS = " Is this network's address on the IP access list of the project?"


class AtlasMongoDBProvisioner(Eventual, MongoDBProvisioner):
    """As on any server, but for who makes users and who looks at data."""

    patience: ClassVar[Patience] = Patience(attempts=30)
    """Servers hear of a user some seconds after the API has taken it."""
    users: Users

    @contextmanager
    def administering(self) -> Iterator[None]:
        """A client of the API; stewards are made when they are needed, and removed at the end."""
        one = self.wanted
        with connected_to_api(one.api, self.administrator, one.project, one.cluster) as self.users, ExitStack() as end:
            self._end, self._stewards = end, dict[str, Client]()
            yield

    def look(self, item: Item) -> Found:
        """A user by the API, or a database by whoever may see it."""
        if item.kind == "user":
            return self._look_at_project_user(item.name)
        self.admin = self._reader()
        return super().look(item)

    def make(self, item: Item) -> None:
        """A user with its roles, or a database by its marker.

        One that exists by now is ours only with our labels: a request whose answer was lost meets what it made itself.
        """
        self.changed = True
        if item.kind == "user":
            try:
                self.users.create(self._user(item.name), self._secret)
            except Answered as error:
                if error.status != _CONFLICT:
                    raise
                found = self.users.find(item.name)
                if found is None or not self._named(found) or self._elsewhere(found):
                    raise foreign(item, self.place) from None
                self.users.change(self._user(item.name), self._secret)
            self._await(item.name)
        else:
            self.patience.until(partial(self._mark, item.name), BadCredentials, Denied)

    def remove(self, item: Item) -> None:
        """A user, until it is let in no more; or a database with all that is in it."""
        if item.kind == "user":
            self.users.remove(item.name)
            self.patience.until(partial(self._shut_out, item.name), _Slow)
        else:
            self.admin = self._steward()
            super().remove(item)

    def end_sessions(self, item: Item) -> None:
        """They end with the user, whom `remove` has seen shut out."""

    def version(self) -> str:
        """What the servers say of themselves, and that the API lets the service account in."""
        with self.administering():
            count = len(self.users.all())
        with connected(self.place, "", "") as nobody:
            version = str(nobody.server_info()["version"])
        return f"MongoDB {version}; Atlas's project {self.wanted.project} with {count} of {LIMIT} database users"

    def names(self) -> Iterable[Item]:
        """Databases of the cluster, and the users of the project that may use it."""
        place = self.resource.resource, self.resource.server
        found = self._steward(listing=True).list_database_names()
        yield from (Item(*place, "database", name) for name in found if name.lower() not in SYSTEM)
        users = [one.name for one in self.users.all() if one.clusters in (frozenset(), {self.wanted.cluster})]
        yield from (Item(*place, "user", name) for name in users if not name.startswith(_STEWARD))

    def dump(self, item: Item, files: Files) -> None:
        """As the steward."""
        self.admin = self._steward()
        super().dump(item, files)

    def try_out(self, report: Report) -> None:
        """As on other servers, but these are given time to hear of what was changed."""
        self.try_until(super().try_out, report, BadCredentials, Denied, NotIsolated)

    @contextmanager
    def probing(self, password: str) -> Iterator[str]:
        """Atlas has no users without any role: this one has one on a database that is nobody's."""
        name = f"{PROBE}_{self._whose}"
        self._make_temporary(User(name, frozenset({Role("read", PROBE)}), frozenset(), self._owner_labels), password)
        try:
            self._await(name, password)
            yield name
        finally:
            self.users.remove(name)

    @property
    def wanted(self) -> AtlasMongoDB:
        """The request's part."""
        return cast("AtlasMongoDB", self.resource)

    @cached_property
    def place(self) -> Address:
        """Where the cluster is."""
        return replace(super().place, srv=self.wanted.srv, hint=_ACCESS)

    @property
    def _owner_labels(self) -> dict[str, str]:
        root = {ROOT: self.context.root} if self.context.root else {}
        return {INSTANCE: self.context.instance, **root}

    @property
    def _whose(self) -> str:
        """The end of a temporary user's name: others of the project may have an instance of the same name."""
        place = "\n".join((self.context.root, self.resource.server, self.wanted.cluster))
        return f"{self.context.instance}_{hashlib.sha256(place.encode()).hexdigest()[:_DIGITS]}"

    @property
    def _databases(self) -> list[str]:
        """Those of the request and those that are recorded."""
        claimed = [item.name for item in self.resource.claimed() if item.kind == "database"]
        return sorted({*self.resource.databases, *claimed})

    def _named(self, user: User) -> bool:
        return {key: user.labels[key] for key in (INSTANCE, ROOT) if key in user.labels} == self._owner_labels

    def _elsewhere(self, user: User) -> bool:
        return bool(user.clusters) and self.wanted.cluster not in user.clusters

    def _user(self, name: str) -> User:
        names = [*self.resource.databases, *self.resource.former("database")]
        roles = frozenset(Role("readWrite", database) for database in names)
        return User(name, roles, frozenset({self.wanted.cluster}), self._owner_labels)

    def _look_at_project_user(self, name: str) -> Found:
        user = self.users.find(name)
        if user is None:
            return ABSENT
        if INSTANCE in user.labels and not self._named(user):
            return Found(foreign=self._taken(f"User {name} of instance {user.labels[INSTANCE]} (or of another root)"))
        if self._named(user) and self._elsewhere(user):
            return Found(foreign=self._used_elsewhere(user))
        if name not in self.resource.users():
            return Found(ours=self._named(user))
        opens = self.opens(name)
        fixes = [] if opens else [Fix(f"password of user {name}", partial(self._change, name, password=True))]
        wanted = self._user(name)
        if (user.roles, user.clusters) != (wanted.roles, wanted.clusters):
            fixes.append(Fix(f"roles of user {name}", partial(self._change, name)))
        if not self._named(user):
            fixes.append(Fix(f"labels of user {name}", partial(self._change, name)))
        return Found(ours=opens or self._named(user), fixes=tuple(map(self.changing, fixes)))

    def _used_elsewhere(self, user: User) -> str:
        return (
            f"User {user.name} of this instance is for {', '.join(sorted(user.clusters))} of the project and not for cluster "
            f"{self.wanted.cluster}. What runs may still use it there, so it was not touched: move the data, stop what uses "
            "it, remove the user in Atlas and repeat; or register a cluster of another project."
        )

    def _change(self, name: str, *, password: bool = False) -> None:
        self.users.change(self._user(name), self._secret if password else "")
        if password:
            self._await(name)

    def _reader(self) -> Client:
        """The instance's own user where it sees all these databases, as most runs need nobody else then; else a steward."""
        name = self.resource.users()[0] if self.resource.users() else ""
        user = self.users.find(name) if name else None
        seen = {role.database for role in user.roles if role.name == "readWrite"} if user else set()
        if not seen.issuperset(self._databases) or not self.opens(name):
            return self._steward()
        if name not in self._stewards:
            self._stewards[name] = self._end.enter_context(connected(self.place, name, self._secret))
        return self._stewards[name]

    def _steward(self, *, listing: bool = False) -> Client:
        """One for the databases, or one that sees the names of all."""
        name = f"{_STEWARD}{'all_' if listing else ''}{self._whose}"
        if name not in self._stewards:
            roles = {Role(role, database) for database in self._databases for role in ("dbAdmin", "read")}
            all_names = frozenset({Role("clusterMonitor", "admin")})
            password = secrets.token_urlsafe(32)
            user = User(name, all_names if listing else frozenset(roles), frozenset(), self._owner_labels)
            self._end.callback(self._dismiss, name)
            self._make_temporary(user, password)
            self._await(name, password)
            self._stewards[name] = self._end.enter_context(connected(self.place, name, password))
        return self._stewards[name]

    def _make_temporary(self, user: User, password: str) -> None:
        """One that a killed run left is used again; one that others made is left alone."""
        end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=_STEWARDS_HOURS)
        expires = end.strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            self.users.create(user, password, expires)
        except Answered as error:
            if error.status != _CONFLICT:
                raise
            found = self.users.find(user.name)
            if found is None:
                raise
            if not self._named(found):
                raise foreign(Item("mongodb", self.resource.server, "user", user.name), self.place) from None
            self.users.change(user, password, expires)

    def _dismiss(self, name: str) -> None:
        try:
            user = self.users.find(name)
            if user is not None and self._named(user):
                self.users.remove(name)
        except ProvisioningError as error:
            self.context.say(f"user {name} is left for Atlas to remove, within {_STEWARDS_HOURS} hours: {error}")

    def _await(self, name: str, password: str = "") -> None:
        """Until the servers know the user with its password."""

        def log_in() -> None:
            try:
                with connected(self.place, name, password or self._secret):
                    return
            except BadCredentials:
                raise _Slow(f"{self.place} does not let user {name} in yet: repeat in a while.") from None

        self.patience.until(log_in, _Slow)

    def _shut_out(self, name: str) -> None:
        if name in self.resource.users() and self.opens(name):
            raise _Slow(f"{self.place} still lets user {name} in after its removal: repeat in a while.")


_STEWARD = "launchpad_steward_"


class _Slow(Unavailable):
    """The servers have not heard of a change yet."""
