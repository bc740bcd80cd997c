"""The database users of a MongoDB Atlas project, by its Administration API (version 2) and a service account.

A user is of a project and reaches the clusters that its scopes name. Labels say whose it is.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

import httpx

from launchpad_workflows.errors import Refused
from launchpad_workflows.provisioners.http import Answered, Api, Denied, Missing, segment

VERSION = "application/vnd.atlas.2023-01-01+json"
ROLE = "the role Project Database Access Admin"
LIMIT = 100
"""Database users that a project may have, unless MongoDB raises it."""
_PER_PAGE = 500
_NOT_LISTED = "IP_ADDRESS_NOT_ON_ACCESS_LIST"
_NO_PROJECT = {"GROUP_NOT_FOUND", "INVALID_GROUP_ID", "RESOURCE_NOT_FOUND"}


class ServiceAccount(httpx.Auth):
    """Asks for a token before the first request, and once more where one is no longer accepted."""

    requires_response_body = True

    def __init__(self, url: str, client: str, secret: str) -> None:
        self._url = f"{url}/api/oauth/token"
        self._basic = httpx.BasicAuth(client, secret)
        self._token = ""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Add the token."""
        had_one = bool(self._token)
        if not had_one:
            yield from self._log_in()
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED and had_one:
            yield from self._log_in()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _log_in(self) -> Generator[httpx.Request, httpx.Response, None]:
        request = httpx.Request(
            "POST", self._url, headers={"Accept": "application/json"}, data={"grant_type": "client_credentials"}
        )
        response = yield next(self._basic.auth_flow(request))
        if not response.is_success:
            raise httpx.HTTPStatusError("", request=request, response=response)
        try:
            self._token = str(response.json()["access_token"])
        except (ValueError, KeyError, TypeError):
            raise Refused(f"{self._url} gave no token: is this the address of Atlas's API?") from None


@dataclass(frozen=True)
class Role:
    """What a user may do with a database."""

    name: str
    database: str


@dataclass(frozen=True)
class User:
    """A user of the project, without its password."""

    name: str
    roles: frozenset[Role]
    clusters: frozenset[str]
    labels: Mapping[str, str]


@dataclass(frozen=True)
class Users:
    """Of one project, each for one of its clusters alone."""

    api: Api
    project: str
    cluster: str

    def find(self, name: str) -> User | None:
        """A user, or None."""
        try:
            return _user(self._call("GET", self._one(name), f"look for user {name}"))
        except Missing as error:
            if error.code in _NO_PROJECT:
                raise Refused(f"{error} Is {self.project} the ID of the project?") from error
            return None

    def all(self) -> list[User]:
        """All of the project."""
        found: list[User] = []
        while True:
            query: dict[str, str | int] = {"itemsPerPage": _PER_PAGE, "pageNum": len(found) // _PER_PAGE + 1}
            page = self._call("GET", self._path, "list users", query=query).get("results", [])
            found += map(_user, page)
            if len(page) < _PER_PAGE:
                return found

    def create(self, user: User, password: str, expires: str = "") -> None:
        """`expires`: a moment after which Atlas removes it. Raises `Answered` with status 409 where it exists."""
        body = {**self._body(user), **_secret(password, expires), "databaseName": "admin", "username": user.name}
        try:
            self._call("POST", self._path, f"make user {user.name}", body={**body, "groupId": self.project})
        except Answered as error:
            if "LIMIT" in error.code or "MAX" in error.code:
                raise Refused(
                    f"{error} A project has {LIMIT} database users unless MongoDB raises that, and each instance takes one: "
                    "remove some, ask MongoDB's support, or register a cluster of another project."
                ) from error
            raise

    def change(self, user: User, password: str = "", expires: str = "") -> None:
        """Its roles, clusters and labels, and the password where one is given."""
        body = {**self._body(user), **_secret(password, expires)}
        self._call("PATCH", self._one(user.name), f"change user {user.name}", body=body)

    def remove(self, name: str) -> None:
        """Nothing where there is none."""
        try:
            self._call("DELETE", self._one(name), f"remove user {name}")
        except Missing:
            return

    def _body(self, user: User) -> dict[str, Any]:
        roles = sorted(user.roles, key=lambda role: (role.database, role.name))
        return {
            "roles": [{"roleName": role.name, "databaseName": role.database} for role in roles],
            "scopes": [{"type": "CLUSTER", "name": self.cluster}],
            "labels": [{"key": key, "value": value} for key, value in sorted(user.labels.items())],
        }

    def _call(self, method: str, path: str, what: str, **more: Any) -> Any:
        try:
            return self.api.call(method, path, what, needs=ROLE, **more)
        except Denied as error:
            if error.code != _NOT_LISTED:
                raise
            raise Refused(
                f"{self.api.name} lets nobody in from here ({error.code}): add this network's address to the API access list "
                "of the service account."
            ) from error

    @property
    def _path(self) -> str:
        return f"/api/atlas/v2/groups/{self.project}/databaseUsers"

    def _one(self, name: str) -> str:
        return f"{self._path}/admin/{segment(name)}"


@contextmanager
def connected(url: str, account: tuple[str, str], project: str, cluster: str) -> Iterator[Users]:
    """The users, by this service account; nothing is sent before the first call."""
    headers = {"Accept": VERSION, "Content-Type": VERSION}
    auth = ServiceAccount(url, *account)
    api = Api(
        "Atlas's API", url, auth, headers=headers, code_key="errorCode", reason_key="detail", login="service account"
    )
    try:
        yield Users(api, project, cluster)
    finally:
        api.close()


def _secret(password: str, expires: str) -> dict[str, str]:
    return {**({"password": password} if password else {}), **({"deleteAfterDate": expires} if expires else {})}


def _user(found: Any) -> User:
    scopes = cast("Sequence[Mapping[str, str]]", found.get("scopes") or ())
    labels = cast("Sequence[Mapping[str, str]]", found.get("labels") or ())
    return User(
        str(found["username"]),
        frozenset(Role(str(one["roleName"]), str(one["databaseName"])) for one in found.get("roles") or ()),
        frozenset(one["name"] for one in scopes if one.get("type") == "CLUSTER"),
        {one["key"]: one["value"] for one in labels},
    )
