"""Schemas and users on a MySQL (8.0 or later) or MariaDB server.

Order: look at everything, refuse before anything is made; then user → grants → schema. A schema that is new therefore
never exists without our user and its grant, and these two, with a password that only this instance knows, show after
an interrupted run that the schema is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from launchpad_workflows import credentials as secrets
from launchpad_workflows.errors import BadCredentials, NotIsolated, Refused
from launchpad_workflows.outcomes import Outcome
from launchpad_workflows.provisioners import mysql_grants as sql
from launchpad_workflows.provisioners.base import PROBE, Context, Report, foreign
from launchpad_workflows.provisioners.mysql_session import (
    SCHEMA_EXISTS,
    UNKNOWN_VARIABLE,
    Address,
    Answered,
    Denied,
    Session,
    session,
)
from launchpad_workflows.requests import MySQL, MySQLDatabase

_HARMLESS = {"information_schema", "performance_schema"}


@dataclass(frozen=True)
class _User:
    """A user as found: on which hosts, with which grants, and whether our password opens it."""

    hosts: frozenset[str]
    grants: tuple[sql.Grant, ...]
    opens: bool


class MySQLProvisioner:
    """Makes each schema of a request and the user that owns it."""

    def __init__(self, resource: MySQL, context: Context) -> None:
        self.resource = resource
        self.context = context
        self.report = Report(context)

    def provision(self) -> Outcome:
        """Converge, then verify."""
        name, password = self._administrator
        with session(self._address, name, password) as admin:
            users = {user: self._look_at(admin, user) for user in self._databases_of}
            schemas = {one.name: self._settings_of(admin, one.name) for one in self.resource.databases}
            self._refuse_foreign(admin, users, schemas)
            for user, found in users.items():
                self._converge_user(admin, user, found)
            for database in self.resource.databases:
                self._converge_schema(admin, database, schemas[database.name])
        return self.verify()

    def verify(self) -> Outcome:
        """As each user: its own schemas can be used, nothing else can be seen or made."""
        for user, databases in self._databases_of.items():
            for database in databases:
                with session(self._address, user, self._password(user), database.name) as own:
                    _use(own)
                self.report.note(f"user {user} can use schema {database.name}")
            with session(self._address, user, self._password(user)) as own:
                _stay_out(own, {database.name for database in databases})
            self.report.note(f"user {user} can neither see nor make anything else")
        self.report.isolated = bool(self._databases_of)
        return self.report.outcome(self.resource)

    def check(self) -> str:
        """The server's version."""
        name, password = self._administrator
        with session(self._address, name, password) as admin:
            return f"MySQL {admin.run('SELECT VERSION()')[0][0]}"

    @cached_property
    def _address(self) -> Address:
        one = self.resource
        ca = secrets.optional(self.context.credentials, "mysql", one.server, secrets.CA)
        return Address(one.server, one.host, one.port, one.tls, ca)

    @cached_property
    def _administrator(self) -> tuple[str, str]:
        read = self.context.credentials.admin
        return (
            read("mysql", self.resource.server, secrets.USERNAME),
            read("mysql", self.resource.server, secrets.PASSWORD),
        )

    @cached_property
    def _databases_of(self) -> dict[str, list[MySQLDatabase]]:
        users: dict[str, list[MySQLDatabase]] = {}
        for database in self.resource.databases:
            users.setdefault(database.username, []).append(database)
        return users

    def _password(self, user: str) -> str:
        return self.context.credentials.instance(self._databases_of[user][0].password_key)

    def _look_at(self, admin: Session, user: str) -> _User | None:
        hosts = frozenset(str(row[0]) for row in admin.run("SELECT Host FROM mysql.user WHERE User = %s", [user]))
        if not hosts:
            return None
        lines = admin.run(f"SHOW GRANTS FOR {_account(admin, user)}") if "%" in hosts else []
        return _User(hosts, tuple(sql.parse(str(row[0]) for row in lines)), self._opens(user))

    def _opens(self, user: str) -> bool:
        try:
            with session(self._address, user, self._password(user)):
                return True
        except BadCredentials:
            return False

    def _settings_of(self, admin: Session, schema: str) -> tuple[str, str] | None:
        rows = admin.run(
            "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA"
            " WHERE SCHEMA_NAME = %s",
            [schema],
        )
        return (str(rows[0][0]), str(rows[0][1])) if rows else None

    def _refuse_foreign(
        self, admin: Session, users: dict[str, _User | None], schemas: dict[str, tuple[str, str] | None]
    ) -> None:
        for user, found in users.items():
            if user == self._administrator[0]:
                raise Refused(f"User {user} is the administrator of {self._address}: choose another name.")
            if found and found.hosts != {"%"}:
                raise foreign(f"User {user}@{'/'.join(sorted(found.hosts))}", str(self._address), _REMEDY)
            if found and not found.opens and self.resource.claim("user", user) == "new":
                raise foreign(f"User {user}", str(self._address), _REMEDY)
        for database in self.resource.databases:
            is_new = self.resource.claim("database", database.name) == "new"
            if is_new and schemas[database.name] and not self._shown(admin, database, users[database.username]):
                raise foreign(f"Schema {database.name}", str(self._address), _REMEDY)

    def _shown(self, admin: Session, database: MySQLDatabase, user: _User | None) -> bool:
        """Whether an interrupted run of this instance made the schema: its user opens and holds it."""
        target = sql.target_of(database.name, literal=_reads_literally(admin))
        return user is not None and user.opens and not sql.missing(user.grants, [target])

    def _converge_user(self, admin: Session, user: str, found: _User | None) -> None:
        account = _account(admin, user)
        if found is None:
            admin.run(f"CREATE USER {account} IDENTIFIED BY {admin.literal(self._password(user))}")
            self.report.created(f"user {user}")
        elif not found.opens:
            admin.run(f"ALTER USER {account} IDENTIFIED BY {admin.literal(self._password(user))}")
            self.report.repaired(f"password of user {user}")
        literal = _reads_literally(admin)
        targets = [sql.target_of(database.name, literal=literal) for database in self._databases_of[user]]
        grants = found.grants if found else ()
        self._converge_grants(admin, user, grants, targets, is_new=found is None)

    def _converge_grants(
        self, admin: Session, user: str, grants: tuple[sql.Grant, ...], targets: list[str], *, is_new: bool
    ) -> None:
        account = _account(admin, user)
        surplus = sql.surplus(grants, targets)
        for grant in surplus:
            for statement in sql.revocation(grant, targets, account):
                admin.run(statement)
        lacking = sql.missing(grants, targets)
        for target in lacking:
            admin.run(f"GRANT ALL PRIVILEGES ON {target} TO {account}")
        if surplus or (lacking and not is_new):
            self.report.repaired(f"privileges of user {user}")

    def _converge_schema(self, admin: Session, database: MySQLDatabase, found: tuple[str, str] | None) -> None:
        wanted = f"CHARACTER SET {database.charset} COLLATE {database.collation}"
        if found is None:
            try:
                admin.run(f"CREATE DATABASE {sql.quote(database.name)} {wanted}")
            except Answered as error:
                if error.code == SCHEMA_EXISTS:  # somebody made it since we looked
                    raise foreign(f"Schema {database.name}", str(self._address), _REMEDY) from error
                raise
            self.report.created(f"schema {database.name}")
        elif found != (database.charset, database.collation):
            admin.run(f"ALTER DATABASE {sql.quote(database.name)} {wanted}")
            self.report.repaired(f"character set of schema {database.name} (tables that exist keep theirs)")


_REMEDY = "choose another name, or remove it if a run of this instance left it there."


def _account(admin: Session, user: str) -> str:
    return f"{admin.literal(user)}@{admin.literal('%')}"


def _reads_literally(admin: Session) -> bool:
    """Whether the server takes `_` in a grant for itself (partial_revokes; MariaDB does not have it)."""
    try:
        return str(admin.run("SELECT @@partial_revokes")[0][0]) == "1"
    except Answered as error:
        if error.code == UNKNOWN_VARIABLE:
            return False
        raise


def _use(own: Session) -> None:
    """A table with a key, as some servers refuse others, from its making to its removal."""
    own.run(f"DROP TABLE IF EXISTS {PROBE}")
    own.run(f"CREATE TABLE {PROBE} (id INT PRIMARY KEY, text VARCHAR(10))")
    own.run(f"INSERT INTO {PROBE} VALUES (1, 'own')")
    rows = own.run(f"SELECT text FROM {PROBE} WHERE id = 1")
    own.run(f"DROP TABLE {PROBE}")
    if [row[0] for row in rows] != ["own"]:
        raise Refused(f"MySQL server {own.address} does not give back what user {own.user} wrote.")


def _stay_out(own: Session, allowed: set[str]) -> None:
    visible = {str(row[0]) for row in own.run("SHOW DATABASES")} - _HARMLESS - allowed
    if visible:
        raise NotIsolated(
            f"User {own.user} of MySQL server {own.address} can see schema {sorted(visible)[0]}: take away the rights "
            "that every user has there (anonymous users, `test` schemas; mysql_secure_installation does)."
        )
    for statement in ("USE mysql", f"CREATE DATABASE {PROBE}_neighbour"):
        try:
            own.run(statement)
        except Denied:
            continue
        if statement.startswith("CREATE"):
            own.run(f"DROP DATABASE {PROBE}_neighbour")
        raise NotIsolated(f"User {own.user} of MySQL server {own.address} may do {statement!r}.")
