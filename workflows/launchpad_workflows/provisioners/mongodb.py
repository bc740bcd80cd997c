"""Databases on a MongoDB server and the user that owns them.

A database begins to exist with its first write. So that it does exist afterwards, and says whose it is, each gets a
collection `launchpad` with one document that names the instance. Order: look at everything, refuse before anything is
made; then user (with its roles) → marker of each database, written as that user. After an interrupted run the marker
shows that a database is ours, and our password that the user is.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pymongo import MongoClient

from launchpad_workflows import credentials as secrets
from launchpad_workflows.errors import BadCredentials, Refused
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners.base import NOT_ENFORCED, PROBE, Context, Report, foreign
from launchpad_workflows.provisioners.mongodb_session import Address, Denied, Document, connected, translated
from launchpad_workflows.requests import MongoDB

Client = MongoClient[Document]
MARKER = "launchpad"
_REMEDY = "choose another name, or remove it if a run of this instance left it there."


class MongoDBProvisioner:
    """Makes a request's user and marks its databases."""

    def __init__(self, resource: MongoDB, context: Context) -> None:
        self.resource = resource
        self.context = context
        self.report = Report(context)

    def provision(self) -> Outcome:
        """Converge, then verify."""
        with connected(self._address, *self._administrator) as admin:
            user = self._user(admin)
            opens = user is not None and self._opens()
            existing = set(admin.list_database_names())
            self._refuse_foreign(admin, user, opens=opens, existing=existing)
            self._converge_user(admin, user, opens=opens)
        with connected(self._address, *self._own) as own:
            for name in self.resource.databases:
                self._mark(own, name, is_there=name in existing)
        return self.verify()

    def verify(self) -> Outcome:
        """As the user: its own databases can be used, another cannot."""
        if not self.resource.databases:
            return self.report.outcome(self.resource)
        with connected(self._address, *self._own) as own:
            for name in self.resource.databases:
                self._use(own, name)
                self.report.note(f"user {self.resource.username} can use database {name}")
            self._stay_out(own)
        return self.report.outcome(self.resource)

    def check(self) -> str:
        """The server's version."""
        with connected(self._address, *self._administrator) as admin:
            info = admin.server_info()
            return f"{'FerretDB, as MongoDB' if _is_ferretdb(info) else 'MongoDB'} {info['version']}"

    @cached_property
    def _address(self) -> Address:
        one = self.resource
        ca = secrets.optional(self.context.credentials, "mongodb", one.server, secrets.CA)
        return Address(one.server, one.host, one.port, one.auth_source, one.tls, one.replica_set, ca)

    @cached_property
    def _administrator(self) -> tuple[str, str]:
        read = self.context.credentials.admin
        server = self.resource.server
        return read("mongodb", server, secrets.USERNAME), read("mongodb", server, secrets.PASSWORD)

    @cached_property
    def _own(self) -> tuple[str, str]:
        return self.resource.username, self.context.credentials.instance(self.resource.password_key)

    @property
    def _roles(self) -> list[Document]:
        return [{"role": "readWrite", "db": name} for name in self.resource.databases]

    def _user(self, admin: Client) -> Document | None:
        about = {"user": self.resource.username, "db": self.resource.auth_source}
        users = admin[self.resource.auth_source].command("usersInfo", about)["users"]
        return dict(users[0]) if users else None

    def _opens(self) -> bool:
        try:
            with connected(self._address, *self._own):
                return True
        except BadCredentials:
            return False

    def _refuse_foreign(self, admin: Client, user: Document | None, *, opens: bool, existing: set[str]) -> None:
        one = self.resource
        if one.username == self._administrator[0]:
            raise Refused(f"User {one.username} is the administrator of {self._address}: choose another name.")
        if user is not None and not opens and one.claim("user", one.username) == "new":
            raise foreign(f"User {one.username}", str(self._address), _REMEDY)
        for name in one.databases:
            alike = sorted(other for other in existing if other.lower() == name.lower() and other != name)
            if alike:
                raise foreign(
                    f"Database {alike[0]}, which differs from {name} in case alone,", str(self._address), _REMEDY
                )
            owner = _owner(admin, name) if name in existing else None
            if owner not in (None, self.context.instance):
                raise foreign(f"Database {name} of instance {owner}", str(self._address), _REMEDY)
            if name in existing and owner is None and one.claim("database", name) == "new":
                raise foreign(f"Database {name}", str(self._address), _REMEDY)

    def _converge_user(self, admin: Client, user: Document | None, *, opens: bool) -> None:
        name, password = self._own
        source = admin[self.resource.auth_source]
        if user is None:
            source.command("createUser", name, pwd=password, roles=self._roles)
            self.report.created(f"user {name}")
            return
        drifted = _as_pairs(user.get("roles", [])) != _as_pairs(self._roles) and not _is_ferretdb(admin.server_info())
        if not opens:
            source.command("updateUser", name, pwd=password, roles=self._roles)
            self.report.repaired(f"password of user {name}")
        elif drifted:
            source.command("updateUser", name, roles=self._roles)
        if drifted:
            self.report.repaired(f"roles of user {name}")

    def _mark(self, own: Client, name: str, *, is_there: bool) -> None:
        with translated(self._address, self.resource.username):
            if _owner(own, name) is None:
                own[name][MARKER].insert_one({"_id": "owner", "instance": self.context.instance})
                if is_there:
                    self.report.repaired(f"marker of database {name}")
                else:
                    self.report.created(f"database {name}")

    def _use(self, own: Client, name: str) -> None:
        probe = own[name][PROBE]
        probe.drop()
        probe.insert_one({"_id": 1, "text": "own"})
        found = probe.find_one({"_id": 1})
        probe.drop()
        if found is None or found["text"] != "own":
            raise Refused(f"MongoDB server {self._address} does not give back what {self.resource.username} wrote.")

    def _stay_out(self, own: Client) -> None:
        """Reads and writes where nobody is. A server that lets us do so enforces nothing: told, never called fine."""
        neighbour = own[f"{PROBE}_neighbour"]["probe"]
        attempts: list[Any] = [lambda: neighbour.find_one(), lambda: neighbour.delete_one({"_id": 1})]
        for attempt in attempts:
            try:
                with translated(self._address, self.resource.username):
                    attempt()
            except Denied:
                continue
            self.report.note(NOT_ENFORCED)
            return
        self.report.isolated = True
        self.report.note(f"user {self.resource.username} can neither read nor write another database")


def _owner(client: Client, name: str) -> str | None:
    document = client[name][MARKER].find_one({"_id": "owner"})
    return None if document is None else str(document.get("instance", ""))


def _as_pairs(roles: list[Document]) -> set[tuple[str, str]]:
    return {(str(role["role"]), str(role["db"])) for role in roles}


def _is_ferretdb(info: Document) -> bool:
    """FerretDB accepts roles and forgets them, so that their absence there is no drift."""
    return any(key.startswith("ferretdb") for key in info)
