"""Schemas on a MySQL cluster of DigitalOcean, made by its API, and users, made by SQL.

The API gives each of its users all rights, so that it makes none. What is there is seen by SQL alone. All connections
go by TLS, whose authority, the cluster's own, the API tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from launchpad_workflows.errors import Unavailable
from launchpad_workflows.items import Item
from launchpad_workflows.patience import Patience
from launchpad_workflows.provisioners.base import foreign
from launchpad_workflows.provisioners.digitalocean import Clustered, Databases
from launchpad_workflows.provisioners.http import Answered
from launchpad_workflows.provisioners.mysql.modes import hindrances
from launchpad_workflows.provisioners.mysql.provisioner import MySQLProvisioner
from launchpad_workflows.report import Report


class DigitalOceanMySQLProvisioner(Clustered, MySQLProvisioner):
    """As on any server, but for who makes schemas."""

    databases: Databases

    @contextmanager
    def administering(self) -> Iterator[None]:
        """A connection of the administrator, and one to the API."""
        with self.cluster() as self.databases, super().administering():
            yield

    def make(self, item: Item) -> None:
        """A user by SQL, or a schema by the API; its character set is drift, which is repaired by SQL."""
        if item.kind == "user":
            super().make(item)
            return
        try:
            self.databases.create(item.name)
        except Answered as error:
            if self.look(item).exists:  # somebody made it since we looked
                raise foreign(item, self.place) from error
            raise
        Patience().until(partial(self._see, item), Unavailable)

    def remove(self, item: Item) -> None:
        """A schema also by SQL, as the API may not know it."""
        if item.kind == "database":
            self.databases.remove(item.name)
        super().remove(item)

    def version(self) -> str:
        """What the server says of itself, what the API says of it, and what hinders Open edX."""
        with self.administering():
            found = [f"MySQL {self.admin.value('SELECT VERSION()')}", self.databases.describe("mysql")]
            return "; ".join([*found, *hindrances(self.admin)])

    def try_out(self, report: Report) -> None:
        """As the users; then what hinders Open edX is told."""
        super().try_out(report)
        with super().administering():
            for line in hindrances(self.admin):
                report.note(line)

    def _see(self, item: Item) -> None:
        if not self.look(item).exists:
            raise Unavailable(f"Database {item.name} was made and is not on {self.place} yet: repeat in a while.")
