"""MongoDB Atlas: databases on one of its clusters, whose users its API makes."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import StringConstraints, field_validator, model_validator

from launchpad_workflows.requests.base import ApiUrl
from launchpad_workflows.requests.mongodb import MongoDB

_SCHEME = "mongodb+srv://"
API = "https://cloud.mongodb.com"
ProjectId = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]
ClusterName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}$")]


class AtlasMongoDB(MongoDB):
    """A cluster of a project. The administrator is a service account, by its client's ID and secret.

    `srv`: the host is the name of Atlas's connection string, which leads to the servers; else it is a server.
    """

    provider: Literal["atlas"] = "atlas"
    tls: bool = True
    srv: bool = True
    project: ProjectId
    cluster: ClusterName
    api: ApiUrl = API

    server_options: ClassVar[tuple[str, ...]] = ("project", "cluster", "srv", "api")
    server_derived: ClassVar[tuple[str, ...]] = ("host", "srv", "tls")

    @field_validator("host", mode="before")
    @classmethod
    def _is_a_name(cls, host: object) -> object:
        """Atlas and Terraform tell it with a scheme, and for people with a user."""
        found = str(host).removeprefix(_SCHEME).removesuffix("/")
        if "/" in found or "@" in found:
            raise ValueError("the name alone is needed, without user, password and options")
        return found

    @model_validator(mode="after")
    def _speaks_tls(self) -> AtlasMongoDB:
        if not self.tls:
            raise ValueError("Atlas is reached by TLS alone")
        return self

    @property
    def address(self) -> str:
        """The cluster's, with the project in which the service account works, and the API where it is not the usual one."""
        place = f"{super().address} of project {self.project}"
        return place if self.api == API else f"{place} by {self.api}"
