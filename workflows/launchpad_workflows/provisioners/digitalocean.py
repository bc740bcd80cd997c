"""DigitalOcean's API as far as it is needed: who logs in, lists of several pages, what is there already.

Written from its public description (github.com/digitalocean/openapi). It does not say how it answers where something exists
already, so that callers look first, and look again where a creation is refused.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from launchpad_workflows.credentials import TOKEN, Credentials
from launchpad_workflows.errors import Refused
from launchpad_workflows.provisioners.http import Api, Bearer, Missing, segment
from launchpad_workflows.requests import Resource

if TYPE_CHECKING:
    from launchpad_workflows.provisioners.base import Context

READ_WRITE = "readWrite"
_READ = "the scope database:read"
_PER_PAGE = 200
"""The most that a page may have."""


@contextmanager
def connected(resource: Resource, url: str, credentials: Credentials) -> Iterator[Api]:
    """The API with the server's token; it sends nothing before its first call."""
    token = credentials.admin(resource.resource, resource.server, TOKEN)
    api = Api("DigitalOcean's API", url, Bearer(token))
    try:
        yield api
    finally:
        api.close()


def pages(
    api: Api, path: str, what: str, *, key: str, needs: str, query: Mapping[str, str] | None = None
) -> Iterator[dict[str, Any]]:
    """All entries of a list. The next page is asked for by its number: the links in answers may lead elsewhere."""
    number = 1
    while True:
        asked: dict[str, str | int] = {**(query or {}), "per_page": _PER_PAGE, "page": number}
        found = api.call("GET", path, what, needs=needs, query=asked)
        yield from found.get(key) or []
        if not ((found.get("links") or {}).get("pages") or {}).get("next"):
            return
        number += 1


class Clustered:
    """Mixed in where the servers are a cluster's: its authority, and what the API does with it."""

    resource: Any
    context: Context

    @property
    def authority(self) -> str:
        """The cluster's own."""
        return self._certificate

    @cached_property
    def _certificate(self) -> str:
        with self.cluster() as databases:
            return databases.certificate()

    @contextmanager
    def cluster(self) -> Iterator[Databases]:
        """The databases and users that the API knows."""
        with connected(self.resource, self.resource.api, self.context.credentials) as api:
            yield Databases(api, self.resource.cluster)


@dataclass(frozen=True)
class User:
    """A user of a MongoDB cluster. `databases`: those that it reads and writes; None where the API does not tell."""

    name: str
    is_primary: bool
    databases: frozenset[str] | None
    role: str = ""


@dataclass(frozen=True)
class Databases:
    """The databases of one cluster, as the API knows them."""

    api: Api
    cluster: str

    def describe(self, engine: str) -> str:
        """The cluster's name and state; raises `Refused` where it is of another engine."""
        found = self.api.call("GET", self._path, f"look at cluster {self.cluster}", needs=_READ)["database"]
        if found["engine"] != engine:
            raise Refused(
                f"DigitalOcean's cluster {self.cluster} is of {found['engine']}, not of {engine}: name another."
            )
        return f"DigitalOcean's cluster {found['name']} is {found['status']}"

    def certificate(self) -> str:
        """The authority that signed the certificates of the cluster's servers, in PEM."""
        found = self.api.call("GET", f"{self._path}/ca", f"read the certificate of cluster {self.cluster}", needs=_READ)
        return base64.b64decode(found["ca"]["certificate"]).decode("ascii")

    def has(self, name: str) -> bool:
        """Whether the API knows a database."""
        try:
            self.api.call("GET", self._database(name), f"look for database {name}", needs=_READ)
        except Missing:
            return False
        return True

    def create(self, name: str) -> None:
        """An empty one. What the API answers where it exists is not described."""
        needs = "the scope database:create"
        self.api.call("POST", f"{self._path}/dbs", f"make database {name}", needs=needs, body={"name": name})

    def remove(self, name: str) -> None:
        """With all that is in it; nothing where the API knows none."""
        try:
            needs = "the scope database:delete"
            self.api.call("DELETE", self._database(name), f"remove database {name}", needs=needs)
        except Missing:
            return

    def users(self) -> list[User]:
        """All, with those that the cluster came with."""
        found = self.api.call("GET", f"{self._path}/users", "list users", needs=_READ)
        return [_user(one) for one in found["users"]]

    def user(self, name: str) -> User | None:
        """One user, without a password."""
        try:
            return _user(self.api.call("GET", self._user(name), f"look for user {name}", needs=_READ)["user"])
        except Missing:
            return None

    def create_user(self, name: str, databases: Iterable[str]) -> str:
        """The password that was chosen for it, told at this moment alone; empty where the token may not see it."""
        body = {"name": name, "settings": _settings(databases)}
        needs = "the scopes database:create and database:view_credentials"
        return _password(self.api.call("POST", f"{self._path}/users", f"make user {name}", needs=needs, body=body))

    def set_databases(self, name: str, databases: Iterable[str]) -> None:
        """What a user may read and write."""
        body = {"settings": _settings(databases)}
        needs = "the scope database:update"
        self.api.call("PUT", self._user(name), f"change the databases of user {name}", needs=needs, body=body)

    def reset_password(self, name: str) -> str:
        """Another password, chosen and told as at the user's creation."""
        needs = "the scopes database:update and database:view_credentials"
        path = f"{self._user(name)}/reset_auth"
        return _password(self.api.call("POST", path, f"give user {name} another password", needs=needs, body={}))

    def remove_user(self, name: str) -> None:
        """Nothing where there is none."""
        try:
            needs = "the scope database:delete"
            self.api.call("DELETE", self._user(name), f"remove user {name}", needs=needs)
        except Missing:
            return

    @property
    def _path(self) -> str:
        return f"/v2/databases/{segment(self.cluster)}"

    def _database(self, name: str) -> str:
        return f"{self._path}/dbs/{segment(name)}"

    def _user(self, name: str) -> str:
        return f"{self._path}/users/{segment(name)}"


def _settings(databases: Iterable[str]) -> dict[str, Any]:
    return {"mongo_user_settings": {"databases": sorted(databases), "role": READ_WRITE}}


def _password(answer: Any) -> str:
    return str(answer["user"].get("password") or "")


def _user(found: dict[str, Any]) -> User:
    """Where the settings stand in an answer is described in two ways."""
    settings = (found.get("settings") or found).get("mongo_user_settings")
    databases = None if settings is None else frozenset(map(str, settings.get("databases") or ()))
    role = "" if settings is None else str(settings.get("role", ""))
    return User(str(found["name"]), found.get("role") == "primary", databases, role)
