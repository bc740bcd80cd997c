"""What DigitalOcean looks after: database clusters and Spaces. Each is spoken to itself and by way of DigitalOcean's API."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints, model_validator

from launchpad_workflows.requests.base import ApiUrl, Port
from launchpad_workflows.requests.mongodb import MongoDB
from launchpad_workflows.requests.mysql import MySQL
from launchpad_workflows.requests.storage import Storage

API = "https://api.digitalocean.com"
ClusterId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


def with_api(address: str, api: str) -> str:
    """Where a server's password and its API's token go."""
    return address if api == API else f"{address} by {api}"


class ManagedMySQL(MySQL):
    """A MySQL cluster, by its ID. Schemas are made by the API; users by SQL, as the API's would have all rights."""

    provider: Literal["digitalocean"] = "digitalocean"
    port: Port = 25060
    tls: bool = True
    cluster: ClusterId
    api: ApiUrl = API

    token_scopes: ClassVar[tuple[str, ...]] = ("database:read", "database:create", "database:delete")
    server_options: ClassVar[tuple[str, ...]] = ("cluster", "api")

    @property
    def address(self) -> str:
        """The server's, and the API's where it is not the usual one."""
        return with_api(super().address, self.api)


class ManagedMongoDB(MongoDB):
    """A MongoDB cluster, by its ID. The API makes databases and users, whose passwords it chooses."""

    provider: Literal["digitalocean"] = "digitalocean"
    tls: bool = True
    cluster: ClusterId
    api: ApiUrl = API

    token_scopes: ClassVar[tuple[str, ...]] = (
        "database:read",
        "database:create",
        "database:update",
        "database:delete",
        "database:view_credentials",
    )
    server_options: ClassVar[tuple[str, ...]] = ("cluster", "api")

    @property
    def address(self) -> str:
        """The server's, and the API's where it is not the usual one."""
        return with_api(super().address, self.api)

    def password_keys(self) -> tuple[str, ...]:
        """None that has to be there before a run."""
        return ()

    def chosen_keys(self) -> tuple[str, ...]:
        """The user's password."""
        return (self.kept_as(self.password_key),) if self.password_key else ()


class Spaces(Storage):
    """Spaces: buckets are made by S3 with the administrator's key, keys by `api`, which chooses both halves."""

    provider: Literal["spaces"] = "spaces"
    api: ApiUrl = API

    token_scopes: ClassVar[tuple[str, ...]] = ("spaces_key:read", "spaces_key:create_credentials", "spaces_key:delete")
    server_options: ClassVar[tuple[str, ...]] = ("api",)

    @model_validator(mode="after")
    def _keeps_its_key(self) -> Spaces:
        if self.buckets and not self.access_key_key:
            raise ValueError("buckets of Spaces need an access_key_key")
        return self

    @property
    def address(self) -> str:
        """The store's, and the API's where it is not the usual one."""
        return with_api(super().address, self.api)
