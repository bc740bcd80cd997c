"""A database cluster in the stand-in, on a real server."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.integration.digitalocean.stand_in import Call, Problem, Route

CLUSTER = "9cc10173-e9ea-4176-9dbc-a4cee4c4ff30"
_ONE = f"/v2/databases/({CLUSTER})"
_DATABASE = f"{_ONE}/dbs/([^/]+)"


@dataclass
class Cluster:
    """`names`, `create` and `drop` are the server's. `conflict`: how it answers where a name exists, which nobody describes."""

    engine: str
    certificate: str
    names: Callable[[], Iterable[str]]
    create: Callable[[str], object]
    drop: Callable[[str], object]
    conflict: int = 409

    def routes(self) -> list[Route]:
        return [
            Route("GET", _ONE, "database:read", 200, self.describe),
            Route("GET", f"{_ONE}/ca", "database:read", 200, self.ca),
            Route(
                "GET", f"{_ONE}/dbs", "database:read", 200, lambda _: {"dbs": [{"name": one} for one in self.names()]}
            ),
            Route("POST", f"{_ONE}/dbs", "database:create", 201, self.add),
            Route("GET", _DATABASE, "database:read", 200, lambda call: {"db": {"name": self._find(call)}}),
            Route("DELETE", _DATABASE, "database:delete", 204, lambda call: self.drop(self._find(call)) and None),
        ]

    def describe(self, call: Call) -> Any:
        return {"database": {"id": CLUSTER, "name": "backend", "engine": self.engine, "status": "online"}}

    def ca(self, call: Call) -> Any:
        return {"ca": {"certificate": base64.b64encode(self.certificate.encode()).decode()}}

    def add(self, call: Call) -> Any:
        name = call.fields({"name": str}, "name")["name"]
        if name in set(self.names()):
            raise Problem(self.conflict, "conflict", "database name is not available")
        self.create(name)
        return {"db": {"name": name}}

    def _find(self, call: Call) -> str:
        name = call.names[1]
        if name not in set(self.names()):
            raise Problem(404, "not_found", "The resource you requested could not be found.")
        return name
