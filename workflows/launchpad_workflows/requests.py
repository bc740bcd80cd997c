"""What is wanted, without secrets: safe as a workflow's parameter, in a log and in Git.

Passwords are named by a key of the instance's credentials. Names that reach a server are checked here once, so that
no provisioner has to doubt them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializeAsAny, StringConstraints, field_validator, model_validator

from launchpad_workflows.items import Claim, Item
from launchpad_workflows.registry import find

__all__ = [
    "Bucket",
    "Claim",
    "Item",
    "MongoDB",
    "MySQL",
    "MySQLDatabase",
    "Request",
    "Resource",
    "Storage",
]

DnsLabel = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$")]
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:\[\]-]{1,253}$")]
Port = Annotated[int, Field(gt=0, lt=65536)]
Schema = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
MongoName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,63}$")]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,64}$")]
BucketName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
AccessKey = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{2,127})?$")]
Url = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9._:\[\]-]+/?$")]

_SYSTEM_SCHEMAS = {"mysql", "sys", "information_schema", "performance_schema"}
_SYSTEM_DATABASES = {"admin", "local", "config"}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Resource(_Model):
    """One thing on one server. `claims` says of each name whether it is known to have been made by this instance."""

    resource: str
    provider: str
    server: DnsLabel
    claims: Mapping[str, Claim] = {}

    @property
    def address(self) -> str:
        """Where the server is: its endpoint, or host and port; empty where the model has neither."""
        if hasattr(self, "endpoint"):
            return str(self.endpoint)
        return f"{self.host}:{getattr(self, 'port', '')}" if hasattr(self, "host") else ""

    def items(self) -> tuple[Item, ...]:
        """The names on the server that this resource needs for itself alone."""
        raise NotImplementedError

    def password_keys(self) -> tuple[str, ...]:
        """The keys of the instance's credentials that are read."""
        raise NotImplementedError

    def claim(self, kind: str, name: str) -> Claim:
        """What is known of a name; unknown counts as new, which is the careful reading."""
        return self.claims.get(f"{kind}/{name}", "new")

    def _items(self, kind: str, names: list[str]) -> tuple[Item, ...]:
        return tuple(Item(self.resource, self.server, kind, name) for name in dict.fromkeys(names))


class MySQLDatabase(_Model):
    """A schema and the user that owns it; `setting_prefix` is the plugin's (`OPENEDX`, `NOTES`)."""

    name: Schema
    username: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,32}$")]
    password_key: Key
    charset: Word = "utf8mb4"
    collation: Word = "utf8mb4_unicode_ci"
    setting_prefix: str = ""

    @field_validator("name")
    @classmethod
    def _is_no_system_schema(cls, name: str) -> str:
        if name.lower() in _SYSTEM_SCHEMAS:
            raise ValueError(f"{name} is the server's own schema")
        return name


class MySQL(Resource):
    """Schemas and users on a MySQL or MariaDB server."""

    resource: Literal["mysql"] = "mysql"
    provider: Literal["direct"] = "direct"
    host: Host
    port: Port = 3306
    tls: bool = False
    databases: tuple[MySQLDatabase, ...] = ()

    @model_validator(mode="after")
    def _has_one_password_a_user(self) -> MySQL:
        keys: dict[str, str] = {}
        for database in self.databases:
            if keys.setdefault(database.username, database.password_key) != database.password_key:
                raise ValueError(f"user {database.username} has two passwords")
        names = [database.name.lower() for database in self.databases]
        if len(set(names)) != len(names):
            raise ValueError("a schema is listed twice")
        return self

    def items(self) -> tuple[Item, ...]:
        """Schemas and users."""
        schemas = self._items("database", [database.name for database in self.databases])
        return schemas + self._items("user", [database.username for database in self.databases])

    def password_keys(self) -> tuple[str, ...]:
        """The users' passwords."""
        return tuple(dict.fromkeys(database.password_key for database in self.databases))


class MongoDB(Resource):
    """Databases on a MongoDB server and the one user that may use them."""

    resource: Literal["mongodb"] = "mongodb"
    provider: Literal["direct"] = "direct"
    host: Host
    port: Port = 27017
    tls: bool = False
    replica_set: str = ""
    auth_source: MongoName = "admin"
    databases: tuple[MongoName, ...] = ()
    username: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{0,64}$")] = ""
    password_key: str = ""

    @model_validator(mode="after")
    def _has_a_user(self) -> MongoDB:
        if self.databases and not (self.username and self.password_key):
            raise ValueError("databases need a username and a password_key")
        system = _SYSTEM_DATABASES.intersection(name.lower() for name in self.databases)
        if system:
            raise ValueError(f"{', '.join(sorted(system))}: the server's own database")
        return self

    def items(self) -> tuple[Item, ...]:
        """Databases and the user."""
        users = [self.username] if self.username else []
        return self._items("database", list(self.databases)) + self._items("user", users)

    def password_keys(self) -> tuple[str, ...]:
        """The user's password."""
        return (self.password_key,) if self.password_key else ()


class Bucket(_Model):
    """A bucket. What lies below one of `public_prefixes` can be read by everybody who knows its name, nothing else."""

    name: BucketName
    versioning: bool = False
    cors_origins: tuple[str, ...] = ()
    public_prefixes: tuple[Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_/-]{0,62}/$")], ...] = ()


class Storage(Resource):
    """Buckets of an S3-compatible store and the one key that may use them.

    `minio` makes the key by MinIO's admin API; `compatible` takes a key that the operator made and only tries it.
    """

    resource: Literal["storage"] = "storage"
    provider: Literal["minio", "compatible"] = "minio"
    endpoint: Url
    region: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,64}$")] = "us-east-1"
    addressing: Literal["auto", "path", "virtual"] = "path"
    buckets: tuple[Bucket, ...] = ()
    access_key: AccessKey = ""
    secret_key_key: str = ""

    @model_validator(mode="after")
    def _has_a_key(self) -> Storage:
        if self.buckets and not (self.access_key and self.secret_key_key):
            raise ValueError("buckets need an access_key and a secret_key_key")
        return self

    def items(self) -> tuple[Item, ...]:
        """Buckets, and the key's public half where we make it."""
        users = [self.access_key] if self.access_key and self.provider == "minio" else []
        return self._items("bucket", [bucket.name for bucket in self.buckets]) + self._items("user", users)

    def password_keys(self) -> tuple[str, ...]:
        """The key's secret half."""
        return (self.secret_key_key,) if self.secret_key_key else ()


class Request(_Model):
    """Everything that one run shall do for one instance. `check` needs no instance: it only tries the servers."""

    instance: Annotated[str, StringConstraints(pattern=r"^([a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)?$")] = ""
    operation: Literal["provision", "verify", "check"] = "provision"
    resources: tuple[SerializeAsAny[Resource], ...]

    @field_validator("resources", mode="before")
    @classmethod
    def _read_resources(cls, values: Any) -> Any:
        return tuple(_read_resource(value) for value in values)

    @model_validator(mode="after")
    def _is_complete(self) -> Request:
        if not self.instance and self.operation != "check":
            raise ValueError("an instance is needed")
        places = [(one.resource, one.server) for one in self.resources]
        if len(set(places)) != len(places):
            raise ValueError("one resource on one server is asked for twice; join them")
        return self

    def to_json(self) -> str:
        """One line, the same for the same request."""
        return self.model_dump_json()

    def select(self, resource: str, server: str = "") -> Resource:
        """The part of one pod; ValueError where it is not there or not the only one."""
        found = [one for one in self.resources if one.resource == resource and server in ("", one.server)]
        if len(found) != 1:
            raise ValueError(f"the request holds {len(found)} resources {resource} {server}".rstrip())
        return found[0]


def _read_resource(value: Any) -> Any:
    """A mapping becomes the model that is registered for its resource and provider."""
    if not isinstance(value, dict):
        return value
    model = find(str(value.get("resource", "")), str(value.get("provider", ""))).load_model()
    return model.model_validate(value)
