"""Schemas and users on a MySQL (8.0 or later) or MariaDB server.

Order: look at everything, refuse before anything is made; then user → grants → schema. A schema that is new therefore
never exists without our user and its grant, and these two, with a password that only this instance knows, show after
an interrupted run that the schema is ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property

from launchpad_workflows.errors import BadCredentials
from launchpad_workflows.items import Item
from launchpad_workflows.provisioners.base import Files, Found, Provisioner, compressed
from launchpad_workflows.provisioners.mysql.dump import dump_schema
from launchpad_workflows.provisioners.mysql.rotation import SecondPassword, has_second_passwords
from launchpad_workflows.provisioners.mysql.schemas import SYSTEM, Schemas
from launchpad_workflows.provisioners.mysql.session import Address, Session, reader, session
from launchpad_workflows.provisioners.mysql.trial import stay_out, use
from launchpad_workflows.provisioners.mysql.users import Users
from launchpad_workflows.report import Report
from launchpad_workflows.requests import MySQL


class MySQLProvisioner(Provisioner[MySQL]):
    """Each schema of a request and the user that owns it."""

    admin: Session

    @contextmanager
    def administering(self) -> Iterator[None]:
        """One connection for all that the administrator does."""
        with session(self.place, *self.administrator) as self.admin:
            yield

    def look(self, item: Item) -> Found:
        """A user with its grants, or a schema with its character set."""
        return self.users.look(item.name) if item.kind == "user" else self.schemas.look(item.name)

    def make(self, item: Item) -> None:
        """A user without grants, or an empty schema."""
        if item.kind == "user":
            self.users.make(item.name)
        else:
            self.schemas.make(item.name)

    def remove(self, item: Item) -> None:
        """DROP."""
        if item.kind == "user":
            self.users.remove(item.name)
        else:
            self.schemas.remove(item.name)

    def version(self) -> str:
        """What the server says of itself."""
        with self.administering():
            return f"MySQL {self.admin.value('SELECT VERSION()')}"

    def try_out(self, report: Report) -> None:
        """As each user: its own schemas can be used, nothing else can be seen or made."""
        for user, databases in self.resource.users().items():
            password = self.context.credentials.instance(databases[0].password_key)
            own_names = {database.name for database in databases}
            for name in sorted(own_names):
                with session(self.place, user, password, name) as own:
                    use(own)
                report.note(f"user {user} can use database {name}")
            with session(self.place, user, password) as own:
                stay_out(own, own_names | set(self.resource.former("database")))
            report.note(f"user {user} can neither see nor make anything else")
        report.isolated = bool(self.resource.databases)

    def end_sessions(self, item: Item) -> None:
        """KILL."""
        self.users.end_sessions(item.name)

    def needed_for(self, item: Item) -> str:
        """Views, triggers, routines and events run with the rights of the user that defined them."""
        return self.users.defined_by(item.name)

    def names(self) -> Iterable[Item]:
        """Schemas, and users that may come from anywhere."""
        place = self.resource.resource, self.resource.server
        schemas = self.admin.column("SELECT SCHEMA_NAME FROM information_schema.SCHEMATA")
        users = self.admin.column("SELECT DISTINCT User FROM mysql.user WHERE Host = '%'")
        yield from (Item(*place, "database", name) for name in schemas if name.lower() not in SYSTEM)
        yield from (Item(*place, "user", name) for name in users if name not in ("", self.administrator[0]))

    def dump(self, item: Item, files: Files) -> None:
        """SQL, as `mysqldump` writes it."""
        with compressed(files, f"{item.name}.sql.gz") as file, reader(self.place, *self.administrator) as admin:
            dump_schema(admin, item.name, file)

    def rotates_in_place(self) -> bool:
        """Since MySQL 8.0.14; MariaDB has no second password."""
        return has_second_passwords(str(self.admin.value("SELECT VERSION()")))

    def add_password(self, item: Item, following: MySQLProvisioner) -> None:
        """RETAIN CURRENT PASSWORD, once."""
        SecondPassword(self.admin, item.name).add(
            next_opens=following.opens(item.name),
            present=self.secret(item.name) if self.opens(item.name) else None,
            password=following.secret(item.name),
        )

    def discard_password(self, item: Item) -> None:
        """DISCARD OLD PASSWORD."""
        SecondPassword(self.admin, item.name).discard()

    @cached_property
    def place(self) -> Address:
        """Where the server is."""
        one = self.resource
        return Address(one.server, one.host, one.port, one.tls, self.authority)

    def secret(self, user: str) -> str:
        """The password of one of the instance's users; raises where it is not there."""
        return self.context.credentials.instance(self.resource.users()[user][0].password_key)

    def opens(self, user: str) -> bool:
        """Whether our password, if we have one, lets the user in."""
        databases = self.resource.users().get(user)
        password = self.password(databases[0].password_key) if databases else None
        if password is None:
            return False
        try:
            with session(self.place, user, password):
                return True
        except BadCredentials:
            return False

    @cached_property
    def users(self) -> Users:
        """What the administrator does with users."""
        return Users(self)

    @cached_property
    def schemas(self) -> Schemas:
        """What the administrator does with schemas."""
        return Schemas(self)
