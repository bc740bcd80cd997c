"""The users of a MongoDB cluster in the stand-in, each really made on the server. Nobody else can make one there."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.integration.digitalocean.databases import CLUSTER
from tests.integration.digitalocean.stand_in import Call, Problem, Route

_ALL = f"/v2/databases/({CLUSTER})/users"
_ONE = f"{_ALL}/([^/]+)"
_ROLES = {"readOnly": "read", "readWrite": "readWrite", "dbAdmin": "dbAdmin"}
ADMINISTRATOR = {"name": "doadmin", "role": "primary"}


@dataclass
class MongoUsers:
    """`command` is the server's. `settings`: name → what was asked for it; passwords are told and forgotten.

    `conflict`: how it answers where a user exists.
    """

    command: Callable[..., Any]
    settings: dict[str, Any] = field(default_factory=dict)
    conflict: int = 409

    def routes(self) -> list[Route]:
        return [
            Route(
                "GET", _ALL, "database:read", 200, lambda _: {"users": [ADMINISTRATOR, *map(self._show, self.settings)]}
            ),
            Route("POST", _ALL, "database:create", 201, self.add),
            Route("GET", _ONE, "database:read", 200, lambda call: {"user": self._show(self._find(call))}),
            Route("PUT", _ONE, "database:update", 201, self.change),
            Route("DELETE", _ONE, "database:delete", 204, self.remove),
            Route("POST", f"{_ONE}/reset_auth", "database:update", 200, self.reset),
        ]

    def add(self, call: Call) -> Any:
        body = call.fields({"name": str, "settings": dict, "readonly": bool}, "name")
        name = body["name"]
        if name in self.settings:
            raise Problem(self.conflict, "conflict", "user name is not available")
        roles = _roles(body.get("settings", {}))
        password = secrets.token_hex(8)
        self.command("createUser", name, pwd=password, roles=roles)
        self.settings[name] = body.get("settings", {})
        return self._told(call, name, password)

    def change(self, call: Call) -> Any:
        name = self._find(call)
        settings = call.fields({"settings": dict}, "settings")["settings"]
        _roles(settings)  # a server that forgets roles refuses to change them alone
        self.settings[name] = settings
        return {"user": self._show(name)}

    def reset(self, call: Call) -> Any:
        name = self._find(call)
        call.fields({"mysql_settings": dict})
        password = secrets.token_hex(8)
        self.command("updateUser", name, pwd=password)
        return self._told(call, name, password)

    def remove(self, call: Call) -> None:
        name = self._find(call)
        self.command("dropUser", name)
        del self.settings[name]

    def clean(self) -> None:
        """What a test left."""
        for name in list(self.settings):
            self.remove(Call((CLUSTER, name), {}, None, frozenset()))

    def _told(self, call: Call, name: str, password: str) -> Any:
        seen = {"password": password} if "database:view_credentials" in call.scopes else {}
        return {"user": {**self._show(name), **seen}}

    def _show(self, name: str) -> dict[str, Any]:
        return {"name": name, "role": "normal", "settings": self.settings[name]}

    def _find(self, call: Call) -> str:
        if call.names[1] not in self.settings:
            raise Problem(404, "not_found", "The resource you requested could not be found.")
        return call.names[1]


def _roles(settings: dict[str, Any]) -> list[dict[str, str]]:
    asked = settings.get("mongo_user_settings", {"databases": ["admin"], "role": "dbAdmin"})
    if set(settings) - {"mongo_user_settings"} or set(asked) != {"databases", "role"} or asked["role"] not in _ROLES:
        raise Problem(400, "bad_request", "settings are databases and a role")
    return [{"role": _ROLES[asked["role"]], "db": name} for name in asked["databases"]]
