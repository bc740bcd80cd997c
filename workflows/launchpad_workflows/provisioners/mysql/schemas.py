"""Schemas of a MySQL server."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from launchpad_workflows.items import Item
from launchpad_workflows.provisioners.base import ABSENT, Fix, Found, foreign
from launchpad_workflows.provisioners.mysql import grants as sql
from launchpad_workflows.provisioners.mysql.session import SCHEMA_EXISTS, Answered
from launchpad_workflows.requests import MySQLDatabase

if TYPE_CHECKING:
    from launchpad_workflows.provisioners.mysql.provisioner import MySQLProvisioner

SYSTEM = {"mysql", "sys", "information_schema", "performance_schema"}


@dataclass(frozen=True)
class Schemas:
    """What the administrator sees and does of them."""

    owner: MySQLProvisioner

    def look(self, name: str) -> Found:
        """Its character set and what it holds."""
        admin = self.owner.admin
        rows = admin.run(
            "SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA"
            " WHERE SCHEMA_NAME = %s",
            [name],
        )
        if not rows:
            return ABSENT
        wanted = self._wanted(name)
        fixes: tuple[Fix, ...] = ()
        if wanted is not None and tuple(map(str, rows[0])) != (wanted.charset, wanted.collation):
            what = f"character set of database {name} (tables that exist keep theirs)"
            fixes = (Fix(what, partial(admin.run, f"ALTER DATABASE {sql.quote(name)} {_settings(wanted)}")),)
        tables, size = admin.run(
            "SELECT COUNT(*), COALESCE(SUM(DATA_LENGTH + INDEX_LENGTH), 0) FROM information_schema.TABLES"
            " WHERE TABLE_SCHEMA = %s",
            [name],
        )[0]
        return Found(ours=self._shown(name), fixes=fixes, facts={"tables": int(tables), "bytes": int(size)})

    def make(self, name: str) -> None:
        """Without IF NOT EXISTS: one that somebody made since we looked is not ours."""
        wanted = self._wanted(name)
        settings = _settings(wanted) if wanted else ""
        try:
            self.owner.admin.run(f"CREATE DATABASE {sql.quote(name)} {settings}")
        except Answered as error:
            if error.code == SCHEMA_EXISTS:
                item = Item("mysql", self.owner.resource.server, "database", name)
                raise foreign(item, self.owner.place) from error
            raise

    def remove(self, name: str) -> None:
        """With all tables."""
        self.owner.admin.run(f"DROP DATABASE IF EXISTS {sql.quote(name)}")

    def _wanted(self, name: str) -> MySQLDatabase | None:
        return next((one for one in self.owner.resource.databases if one.name == name), None)

    def _shown(self, name: str) -> bool:
        """Whether an interrupted run of this instance made the schema: its user opens and holds it."""
        users = self.owner.users
        target = sql.target_of(name, literal=users.reads_literally)
        holders = [user for user, ones in self.owner.resource.users().items() if name in {one.name for one in ones}]
        return any(
            not sql.missing(users.grants(user), [target]) and self.owner.opens(user)
            for user in holders
            if users.hosts(user)
        )


def _settings(database: MySQLDatabase) -> str:
    return f"CHARACTER SET {database.charset} COLLATE {database.collation}"
