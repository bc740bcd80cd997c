"""Users of a MySQL server."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from launchpad_workflows.errors import Refused
from launchpad_workflows.provisioners.base import ABSENT, REMEDY, Fix, Found
from launchpad_workflows.provisioners.mysql import grants as sql
from launchpad_workflows.provisioners.mysql.session import UNKNOWN_THREAD, UNKNOWN_VARIABLE, Answered, Denied

if TYPE_CHECKING:
    from launchpad_workflows.provisioners.mysql.provisioner import MySQLProvisioner

_PATIENCE = 50  # looks, 0.1 s apart
_DEFINERS = {
    "VIEWS": ("TABLE_SCHEMA", "TABLE_NAME"),
    "TRIGGERS": ("TRIGGER_SCHEMA", "TRIGGER_NAME"),
    "ROUTINES": ("ROUTINE_SCHEMA", "ROUTINE_NAME"),
    "EVENTS": ("EVENT_SCHEMA", "EVENT_NAME"),
}


@dataclass(frozen=True)
class Users:
    """What the administrator sees and does of them. A user of ours may come from any host."""

    owner: MySQLProvisioner

    def look(self, name: str) -> Found:
        """Its hosts, grants and password."""
        hosts = self.hosts(name)
        if not hosts:
            return ABSENT
        if reason := self._not_ours(name, hosts):
            return Found(foreign=reason)
        opens = self.owner.opens(name)
        password = [] if opens or name not in self.owner.resource.users() else [self._password_fix(name)]
        facts = {"sessions": len(self._sessions(name))}
        return Found(ours=opens, fixes=(*password, *self._grant_fixes(name)), facts=facts)

    def make(self, name: str) -> None:
        """Without a right."""
        secret = self.owner.admin.literal(self.owner.secret(name))
        self.owner.admin.run(f"CREATE USER {self._account(name)} IDENTIFIED BY {secret}")

    def remove(self, name: str) -> None:
        """It cannot log in again; what it has open goes on until it is ended."""
        self.owner.admin.run(f"DROP USER IF EXISTS {self._account(name)}")

    def end_sessions(self, name: str) -> None:
        """Each is killed and seen to be gone."""
        for _ in range(_PATIENCE):
            sessions = self._sessions(name)
            if not sessions:
                return
            for number in sessions:
                self._kill(number)
            time.sleep(0.1)
        raise Refused(f"User {name} still has {len(sessions)} sessions on {self.owner.place}: end them, then repeat.")

    def defined_by(self, name: str) -> str:
        """The first thing that runs with this user's rights; empty where nothing does."""
        for table, (schema, thing) in _DEFINERS.items():
            rows = self.owner.admin.run(
                f"SELECT {schema}, {thing} FROM information_schema.{table} WHERE DEFINER = CONCAT(%s, '@%%') LIMIT 1",
                [name],
            )
            if rows:
                return f"{table.lower().removesuffix('s')} {rows[0][0]}.{rows[0][1]}, which it defined,"
        return ""

    def hosts(self, name: str) -> frozenset[str]:
        """From where the user may come; none where there is no such user."""
        return frozenset(self.owner.admin.column("SELECT Host FROM mysql.user WHERE User = %s", [name]))

    def grants(self, name: str) -> list[sql.Grant]:
        """What a user may do."""
        return sql.parse(self.owner.admin.column(f"SHOW GRANTS FOR {self._account(name)}"))

    @cached_property
    def reads_literally(self) -> bool:
        """Whether the server takes `_` in a grant for itself (partial_revokes; MariaDB does not have it)."""
        try:
            return str(self.owner.admin.value("SELECT @@partial_revokes")) == "1"
        except Answered as error:
            if error.code == UNKNOWN_VARIABLE:
                return False
            raise

    def _not_ours(self, name: str, hosts: frozenset[str]) -> str:
        if name == self.owner.administrator[0]:
            return f"User {name} is the administrator of {self.owner.place}: choose another name."
        if hosts != {"%"}:
            where = "/".join(sorted(hosts))
            return (
                f"User {name}@{where} exists on {self.owner.place} and nothing shows that it is this instance's, so it "
                f"was not touched: {REMEDY}"
            )
        return ""

    def _account(self, name: str) -> str:
        return f"{self.owner.admin.literal(name)}@{self.owner.admin.literal('%')}"

    def _password_fix(self, name: str) -> Fix:
        return Fix(f"password of user {name}", partial(self._set_password, name))

    def _set_password(self, name: str) -> None:
        secret = self.owner.admin.literal(self.owner.secret(name))
        self.owner.admin.run(f"ALTER USER {self._account(name)} IDENTIFIED BY {secret}")

    def _grant_fixes(self, name: str) -> list[Fix]:
        """One fix where the user lacks a right or has too many; none for a user whom the request does not know."""
        databases = self.owner.resource.users().get(name)
        if databases is None:
            return []
        held = self.grants(name)
        targets, former = (
            [sql.target_of(one, literal=self.reads_literally) for one in names]
            for names in ([one.name for one in databases], self.owner.resource.former("database"))
        )
        statements = sql.changes(held, targets, self._account(name), former)
        return [Fix(f"privileges of user {name}", partial(self._run_all, statements))] if statements else []

    def _run_all(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self.owner.admin.run(statement)

    def _sessions(self, name: str) -> list[int]:
        return [int(row[0]) for row in self.owner.admin.run(_SESSIONS, [name])]

    def _kill(self, number: int) -> None:
        try:
            self.owner.admin.run(f"KILL CONNECTION {number}")
        except Denied as error:
            self._kill_on_rds(number, error)
        except Answered as error:
            if error.code != UNKNOWN_THREAD:  # it ended by itself
                raise

    def _kill_on_rds(self, number: int, denied: Denied) -> None:
        """RDS has a procedure of its own for its administrator."""
        try:
            self.owner.admin.run("CALL mysql.rds_kill(%s)", [str(number)])
        except Answered:
            raise denied from None


_SESSIONS = "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = %s"
