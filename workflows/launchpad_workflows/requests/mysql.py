"""MySQL: schemas and users."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints, field_validator, model_validator

from launchpad_workflows.items import Item
from launchpad_workflows.names import MYSQL_USER
from launchpad_workflows.requests.base import Host, Key, Model, Port, Resource

# What servers take in a quoted identifier and keep as it is: no control character, none beyond the basic plane, no
# path in a schema's name, no space at an end.
_BAD = r"\x00-\x1f\x7f\\\x{10000}-\x{10FFFF}"
Schema = Annotated[str, StringConstraints(pattern=rf"^[^{_BAD}/.\s]([^{_BAD}/.]{{0,62}}[^{_BAD}/.\s])?$")]
User = Annotated[str, StringConstraints(pattern=rf"^[^{_BAD}/\s]([^{_BAD}/]{{0,30}}[^{_BAD}/\s])?$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]
_SYSTEM = {"mysql", "sys", "information_schema", "performance_schema"}


class MySQLDatabase(Model):
    """A schema and the user that owns it; `setting_prefix` is the plugin's (`OPENEDX`, `NOTES`)."""

    name: Schema
    username: User
    password_key: Key
    charset: Word = "utf8mb4"
    collation: Word = "utf8mb4_unicode_ci"
    setting_prefix: str = ""

    @field_validator("name")
    @classmethod
    def _is_no_system_schema(cls, name: str) -> str:
        if name.lower() in _SYSTEM:
            raise ValueError(f"{name} is the server's own schema")
        return name


class MySQL(Resource):
    """Schemas and users on a MySQL or MariaDB server. `existing`: they are there, with a user of the operator's."""

    resource: Literal["mysql"] = "mysql"
    provider: Literal["direct", "existing", "digitalocean"] = "direct"
    host: Host
    port: Port = 3306
    tls: bool = False
    databases: tuple[MySQLDatabase, ...] = ()

    user_limit: ClassVar[int] = MYSQL_USER

    @model_validator(mode="after")
    def _has_one_password_a_user(self) -> MySQL:
        keys: dict[str, str] = {}
        for database in self.databases:
            if keys.setdefault(database.username, database.password_key) != database.password_key:
                raise ValueError(f"user {database.username} has two passwords")
        listed = [database.name.lower() for database in self.databases]
        if len(set(listed)) != len(listed):
            raise ValueError("a schema is listed twice")
        return self

    def items(self) -> tuple[Item, ...]:
        """Users, as they are called in this generation, and schemas."""
        return self._items("user", self.users()) + self._items("database", (one.name for one in self.databases))

    def users(self) -> dict[str, list[MySQLDatabase]]:
        """User, as it is called in this generation → its schemas."""
        found: dict[str, list[MySQLDatabase]] = {}
        for database in self.databases:
            found.setdefault(self.user(database.username), []).append(database)
        return found

    def password_keys(self) -> tuple[str, ...]:
        """The users' passwords."""
        return tuple(dict.fromkeys(database.password_key for database in self.databases))
