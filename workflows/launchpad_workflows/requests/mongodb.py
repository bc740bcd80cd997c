"""MongoDB: databases and their one user."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from launchpad_workflows.items import Item
from launchpad_workflows.requests.base import Host, Port, Resource

MongoName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,63}$")]
Pem = Annotated[
    str, StringConstraints(pattern=r"^(-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+-----END CERTIFICATE-----\n)*$")
]
_SYSTEM = {"admin", "local", "config"}


class MongoDB(Resource):
    """Databases on a MongoDB server and the one user that may use them. `existing`: both are the operator's.

    `ca`: the authority that signed the server's certificate, in PEM, where it is not a public one. `retry_writes`: false for
    servers that refuse such writes, as DocumentDB.
    """

    resource: Literal["mongodb"] = "mongodb"
    provider: Literal["direct", "existing", "digitalocean", "atlas"] = "direct"
    host: Host
    port: Port = 27017
    tls: bool = False
    ca: Pem = ""
    retry_writes: bool = True
    replica_set: str = ""
    auth_source: MongoName = "admin"
    databases: tuple[MongoName, ...] = ()
    username: Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f/]{0,64}$")] = ""
    password_key: str = ""

    @model_validator(mode="after")
    def _has_a_user(self) -> MongoDB:
        if self.databases and not (self.username and self.password_key):
            raise ValueError("databases need a username and a password_key")
        if self.ca and not self.tls:
            raise ValueError("a ca is for tls")
        system = _SYSTEM.intersection(name.lower() for name in self.databases)
        if system:
            raise ValueError(f"{', '.join(sorted(system))}: the server's own database")
        return self

    def items(self) -> tuple[Item, ...]:
        """The user, as it is called in this generation, and the databases."""
        return self._items("user", self.users()) + self._items("database", self.databases)

    def users(self) -> tuple[str, ...]:
        """The user, as it is called in this generation."""
        return (self.user(self.username),) if self.username else ()

    def password_keys(self) -> tuple[str, ...]:
        """The user's password."""
        return (self.password_key,) if self.password_key else ()
