"""Databases on a MongoDB server and the user that owns them.

A database begins to exist with its first write. So that it does exist afterwards, and says whose it is, each gets a
collection `launchpad` with one document that names the instance. Order: look at everything, refuse before anything is
made; then user (with its roles) → marker of each database, written as that user. After an interrupted run the marker
shows that a database is ours, and our password that the user is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property, partial
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure

from launchpad_workflows.errors import BadCredentials
from launchpad_workflows.items import Item
from launchpad_workflows.provisioners.base import ABSENT, REMEDY, Files, Fix, Found, Provisioner
from launchpad_workflows.provisioners.mongodb.dump import dump_database
from launchpad_workflows.provisioners.mongodb.marker import Owner, mark, owner_of
from launchpad_workflows.provisioners.mongodb.session import Address, Document, connected, translated
from launchpad_workflows.provisioners.mongodb.trial import probing, stay_out, use
from launchpad_workflows.report import Report
from launchpad_workflows.requests import MongoDB

Client = MongoClient[Document]
SYSTEM = {"admin", "local", "config"}
_UNKNOWN_USER, _UNKNOWN_COMMAND = 11, 59


class MongoDBProvisioner(Provisioner[MongoDB]):
    """A request's user and its marked databases."""

    admin: Client

    @contextmanager
    def administering(self) -> Iterator[None]:
        """One client for all that the administrator does."""
        with connected(self.place, *self.administrator) as self.admin:
            yield

    def look(self, item: Item) -> Found:
        """A user with its roles, or a database with its marker."""
        with translated(self.place, self.administrator[0]):
            return self._look_at_user(item.name) if item.kind == "user" else self._look_at_database(item.name)

    def make(self, item: Item) -> None:
        """A user with its roles, or a database by its marker."""
        if item.kind == "user":
            with translated(self.place, self.administrator[0]):
                self._users.command("createUser", item.name, pwd=self._secret, roles=self._roles)
        else:
            self._mark(item.name)

    def remove(self, item: Item) -> None:
        """The user, or the database with all that is in it."""
        with translated(self.place, self.administrator[0]):
            if item.kind == "user":
                self._command_unless(_UNKNOWN_USER, "dropUser", item.name)
            else:
                self.admin.drop_database(item.name)

    def end_sessions(self, item: Item) -> None:
        """The server forgets the rights of open connections with the user; what they run is killed too."""
        who = {"user": item.name, "db": self.resource.auth_source}
        with translated(self.place, self.administrator[0]):
            self._command_unless(_UNKNOWN_COMMAND, "killAllSessions", [who])

    def version(self) -> str:
        """What the server says of itself."""
        with self.administering():
            info = self.admin.server_info()
            return f"{'FerretDB, as MongoDB' if _is_ferretdb(info) else 'MongoDB'} {info['version']}"

    def try_out(self, report: Report) -> None:
        """As the user: its own databases can be used, another cannot."""
        for user in self.resource.users():
            with connected(self.place, user, self._secret) as own:
                for name in self.resource.databases:
                    use(own, name, f"MongoDB server {self.place}")
                    report.note(f"user {user} can use database {name}")
            stay_out(self, user, self._secret, report)

    def probing(self, password: str) -> AbstractContextManager[str]:
        """The name of a user without rights, for a moment."""
        return probing(self, password)

    def names(self) -> Iterable[Item]:
        """Databases, and the users of our authentication database."""
        place = self.resource.resource, self.resource.server
        with translated(self.place, self.administrator[0]):
            databases = self.admin.list_database_names()
            users = [str(one["user"]) for one in self._users.command("usersInfo", 1)["users"]]
        yield from (Item(*place, "database", name) for name in databases if name.lower() not in SYSTEM)
        yield from (Item(*place, "user", name) for name in users if name != self.administrator[0])

    def dump(self, item: Item, files: Files) -> None:
        """A folder as `mongodump --gzip` writes it."""
        with translated(self.place, self.administrator[0]):
            dump_database(self.admin, item.name, files)

    @property
    def authority(self) -> str:
        """The server's own where it has one, which Open edX is told of too."""
        return self.resource.ca or super().authority

    @cached_property
    def place(self) -> Address:
        """Where the server is."""
        one = self.resource
        return Address(one.server, one.host, one.port, one.auth_source, one.tls, one.replica_set, self.authority,
                       one.retry_writes)  # fmt: skip

    @property
    def _secret(self) -> str:
        return self.context.credentials.instance(self._secret_key)

    @property
    def _secret_key(self) -> str:
        return next(iter(self.resource.chosen_keys()), self.resource.password_key)

    @property
    def _me(self) -> Owner:
        return Owner(self.context.instance, self.context.root)

    @property
    def _roles(self) -> list[Document]:
        names = [*self.resource.databases, *self.resource.former("database")]
        return [{"role": "readWrite", "db": name} for name in names]

    @property
    def _users(self) -> Any:
        return self.admin[self.resource.auth_source]

    def _look_at_user(self, name: str) -> Found:
        users = self._users.command("usersInfo", {"user": name, "db": self.resource.auth_source})["users"]
        if not users:
            return ABSENT
        if name == self.administrator[0]:
            return Found(foreign=f"User {name} is the administrator of {self.place}: choose another name.")
        if name not in self.resource.users():
            return Found()
        opens = self.opens(name)
        fixes = [] if opens else [Fix(f"password of user {name}", partial(self._update, name, password=True))]
        found = {(str(role["role"]), str(role["db"])) for role in users[0].get("roles", [])}
        wanted = {(str(role["role"]), str(role["db"])) for role in self._roles}
        if found != wanted and not _is_ferretdb(self.admin.server_info()):
            fixes.append(Fix(f"roles of user {name}", partial(self._update, name, password=False)))
        return Found(ours=opens, fixes=tuple(fixes))

    def _look_at_database(self, name: str) -> Found:
        existing = set(self.admin.list_database_names())
        alike = sorted(other for other in existing if other.lower() == name.lower() and other != name)
        if alike:
            return Found(foreign=self._taken(f"Database {alike[0]}, which differs from {name} in case alone,"))
        if name not in existing:
            return ABSENT
        owner = owner_of(self.admin, name)
        if owner is not None and not owner.may_be(self._me):
            root = " of another root" if owner.instance == self._me.instance else ""
            return Found(foreign=self._taken(f"Database {name} of {owner}{root}"))
        fixes = () if owner else (Fix(f"marker of database {name}", partial(self._mark, name)),)
        return Found(ours=owner is not None, fixes=fixes, facts=self._facts(name))

    def _facts(self, name: str) -> dict[str, int | str]:
        stats = self.admin[name].command("dbStats")
        return {"collections": int(stats.get("collections", 0)), "bytes": int(stats.get("dataSize", 0))}

    def _taken(self, what: str) -> str:
        return f"{what} exists on {self.place} and is not this instance's, so it was not touched: {REMEDY}"

    def opens(self, user: str) -> bool:
        """Whether our password, if we have one, lets the user in."""
        password = self.password(self._secret_key)
        if password is None:
            return False
        try:
            with connected(self.place, user, password):
                return True
        except BadCredentials:
            return False

    def _update(self, name: str, *, password: bool) -> None:
        more = {"pwd": self._secret} if password else {}
        with translated(self.place, self.administrator[0]):
            self._users.command("updateUser", name, roles=self._roles, **more)

    def _mark(self, name: str) -> None:
        """As the instance's user, whose right to write shows with it."""
        user = self.resource.users()[0]
        with connected(self.place, user, self._secret) as own, translated(self.place, user):
            mark(own, name, self._me)

    def _command_unless(self, code: int, command: str, value: object) -> None:
        try:
            self._users.command(command, value)
        except OperationFailure as error:
            if error.code != code:
                raise


def _is_ferretdb(info: Document) -> bool:
    """FerretDB accepts roles and forgets them, so that their absence there is no drift."""
    return any(key.startswith("ferretdb") for key in info)
