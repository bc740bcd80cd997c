"""Atlas's Administration API as far as it is described in public: database users of one project, and service accounts.

Each user is really made on a server, after `delay` seconds, as Atlas's servers hear of it late.
"""

from __future__ import annotations

import base64
import json
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.integration.digitalocean.stand_in import Problem, StandIn

PROJECT = "0123456789abcdef01234567"
CLUSTER, SECOND = "Main-0", "Second-0"
VERSION = "application/vnd.atlas.2023-01-01+json"
ACCOUNT = ("mdb_sa_id_tests", "mdb_sa_sk_secret-of-the-tests")
_PATH = f"/api/atlas/v2/groups/{PROJECT}/databaseUsers"
_SCOPES = [{"type": "CLUSTER", "name": name} for name in (CLUSTER, SECOND)]
_ROLES = {"readWrite", "read", "dbAdmin", "clusterMonitor"}
_FIELDS = {
    "groupId": str, "databaseName": str, "username": str, "password": str, "roles": list, "scopes": list, "labels": list,
    "deleteAfterDate": str,
}  # fmt: skip


@dataclass
class Atlas(StandIn):
    """`command` is the server's. `users`: name → what the API tells of it. `account_roles`: of the one service account.

    `listed`: whether the caller's address is on the API access list. `made`: users, in the order of their making.
    """

    command: Callable[..., Any] = lambda *_arguments, **_more: None
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    account_roles: set[str] = field(default_factory=lambda: {"GROUP_DATABASE_ACCESS_ADMIN"})
    listed: bool = True
    limit: int = 100
    delay: float = 0
    issued: set[str] = field(default_factory=set)
    made: list[dict[str, Any]] = field(default_factory=list)
    _timers: list[threading.Timer] = field(default_factory=list)

    def answer(self, method: str, url: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, Any]:
        parts = urlsplit(url)
        if parts.path == "/api/oauth/token":
            return 200, self._log_in(method, headers, raw)
        if headers.get("Authorization", "").removeprefix("Bearer ") not in self.issued:
            raise Problem(401, "UNAUTHORIZED", "You are not authorized for this resource.")
        if not self.listed:
            raise Problem(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST", "IP address 192.0.2.1 is not allowed.")
        if headers.get("Accept") != VERSION:
            raise Problem(406, "INVALID_VERSION_DATE", "The Accept header has no version.")
        if not parts.path.startswith(_PATH):
            raise Problem(404, "GROUP_NOT_FOUND", "No group with this ID exists.")
        if "GROUP_DATABASE_ACCESS_ADMIN" not in self.account_roles:
            raise Problem(403, "USER_UNAUTHORIZED", "Current user is not authorized to perform this action.")
        if raw and headers.get("Content-Type") not in (VERSION, "application/json"):
            raise Problem(415, "UNSUPPORTED_MEDIA_TYPE", "The body is not JSON.")
        body = json.loads(raw) if raw else None
        return self._answer(method, parts.path.removeprefix(_PATH), body, parse_qs(parts.query))

    def told(self, problem: Problem) -> Mapping[str, Any]:
        if problem.code == "too_many_requests":
            return {"error": 429, "errorCode": "RATE_LIMITED", "detail": str(problem), "reason": "Too Many Requests"}
        return {"error": problem.status, "errorCode": problem.code, "detail": str(problem), "parameters": []}

    def clean(self) -> None:
        """What a test left."""
        self.delay = 0
        for timer in self._timers:
            timer.join()
        for name in list(self.users):
            self._remove(name)

    def _log_in(self, method: str, headers: Mapping[str, str], raw: bytes) -> dict[str, Any]:
        expected = base64.b64encode(":".join(ACCOUNT).encode()).decode()
        if headers.get("Content-Type") != "application/x-www-form-urlencoded" or method != "POST":
            raise Problem(400, "invalid_request", "a form is needed")
        if parse_qs(raw.decode()) != {"grant_type": ["client_credentials"]}:
            raise Problem(400, "unsupported_grant_type", "the grant type must be client_credentials")
        if headers.get("Authorization") != f"Basic {expected}":
            raise Problem(401, "invalid_client", "the client is unknown")
        token = secrets.token_hex(16)
        self.issued.add(token)
        return {"access_token": token, "token_type": "Bearer", "expires_in": 3600}

    def _answer(self, method: str, path: str, body: Any, query: Mapping[str, list[str]]) -> tuple[int, Any]:
        if path == "" and method == "GET":
            size, number = int(query.get("itemsPerPage", ["100"])[0]), int(query.get("pageNum", ["1"])[0])
            found = list(self.users.values())[(number - 1) * size : number * size]
            return 200, {"results": found, "totalCount": len(self.users), "links": []}
        if path == "" and method == "POST":
            return 201, self._create(_checked(body, "databaseName", "username", "password", "roles", "groupId"))
        name = unquote(path.removeprefix("/admin/"))
        if not path.startswith("/admin/") or name not in self.users:
            raise Problem(404, "USERNAME_NOT_FOUND", "No user with this name exists.")
        if method == "GET":
            return 200, self.users[name]
        if method == "PATCH":
            return 200, self._change(name, _checked(body))
        if method == "DELETE":
            self._remove(name)
            return 204, None
        raise Problem(405, "METHOD_NOT_ALLOWED", "There is no such method.")

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        name = body["username"]
        if name in self.users:
            raise Problem(409, "USER_ALREADY_EXISTS", "A user with this name exists.")
        if len(self.users) >= self.limit:
            raise Problem(400, "DATABASE_USERS_LIMIT_EXCEEDED", "The project has too many users.")
        password = body.pop("password")
        self.users[name] = body
        self.made.append(dict(body))
        self._later(lambda: self.command("createUser", name, pwd=password, roles=_roles(body)))
        return body

    def _change(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        password = body.pop("password", "")
        self.users[name] |= body
        if password:  # a server that forgets roles refuses to change them alone
            self._later(lambda: self.command("updateUser", name, pwd=password, roles=_roles(self.users[name])))
        return self.users[name]

    def _remove(self, name: str) -> None:
        del self.users[name]
        self._later(lambda: self.command("dropUser", name))

    def _later(self, act: Callable[[], Any]) -> None:
        if self.delay:
            self._timers.append(threading.Timer(self.delay, act))
            self._timers[-1].start()
        else:
            act()


def _checked(body: Any, *needed: str) -> dict[str, Any]:
    """A user of known fields, each as it has to be."""
    if not isinstance(body, dict) or any(not isinstance(value, _FIELDS.get(key, ())) for key, value in body.items()):
        raise Problem(400, "INVALID_ATTRIBUTE", "an attribute is unknown or of another type")
    for key in needed:
        if not body.get(key):
            raise Problem(400, "MISSING_ATTRIBUTE", f"{key} is required")
    wrong = [
        body.get("databaseName", "admin") != "admin",
        body.get("groupId", PROJECT) != PROJECT,
        len(body.get("password", "12345678")) < 8,
        body.get("roles") == [],
        *(one.keys() != {"roleName", "databaseName"} or one["roleName"] not in _ROLES for one in body.get("roles", [])),
        *(one not in _SCOPES for one in body.get("scopes", [])),
        *(one.keys() != {"key", "value"} or not all(one.values()) for one in body.get("labels", [])),
    ]
    if any(wrong):
        raise Problem(400, "INVALID_ATTRIBUTE", "an attribute has a value that it cannot have")
    if "deleteAfterDate" in body:
        end = datetime.strptime(body["deleteAfterDate"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        if not timedelta() < end - datetime.now(timezone.utc) <= timedelta(days=7):
            raise Problem(400, "INVALID_DELETE_AFTER_DATE", "it is past, or more than a week away")
    return body


def _roles(user: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"role": one["roleName"], "db": one["databaseName"]} for one in user["roles"]]
