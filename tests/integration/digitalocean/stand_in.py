"""A strict stand-in of DigitalOcean's API, written from its public description (github.com/digitalocean/openapi).

It knows tokens and their scopes, limits their rate, and refuses what the description does not have. What it is asked to do is
done by a `Product`, on a real server. Faults may be set for each request by its number.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

Fault = Literal["down", "lost", "throttled", "broken"]
"""Nobody answers; done, but nobody hears of it; 429; 500."""
_LIMIT = 5000


class Problem(Exception):
    """An answer other than success."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code = status, code
        super().__init__(message)


@dataclass(frozen=True)
class Call:
    """One request as it came. `body` is None where there is none."""

    names: tuple[str, ...]
    query: Mapping[str, str]
    body: Any
    scopes: frozenset[str]

    def fields(self, known: Mapping[str, type], *needed: str) -> dict[str, Any]:
        """The body, an object of these fields alone."""
        if not isinstance(self.body, dict):
            raise Problem(400, "bad_request", "a JSON object is needed")
        for key, value in self.body.items():
            if not isinstance(value, known.get(key, ())):
                raise Problem(400, "bad_request", f"{key} is unknown or of another type")
        if missing := [key for key in needed if not self.body.get(key)]:
            raise Problem(422, "unprocessable_entity", f"{missing[0]} is required")
        return self.body

    def page(self, key: str, entries: Sequence[Any]) -> dict[str, Any]:
        """The part of a list that is asked for, with the link to the next one."""
        size, number = int(self.query.get("per_page", "20")), int(self.query.get("page", "1"))
        if not 1 <= size <= 200 or number < 1:
            raise Problem(400, "bad_request", "per_page is 200 at most")
        links: dict[str, Any] = {}
        if number * size < len(entries):
            links = {"pages": {"next": f"https://api.digitalocean.com/elsewhere?page={number + 1}"}}
        found = list(entries[(number - 1) * size : number * size])
        return {key: found, "links": links, "meta": {"total": len(entries)}}


@dataclass(frozen=True)
class Route:
    """What is done with a method and a path, whose groups are names; `query`: the parameters that it knows."""

    method: str
    path: str
    scope: str
    status: int
    answer: Callable[[Call], Any]
    query: frozenset[str] = frozenset()


@dataclass
class StandIn:
    """`tokens`: each with its scopes. `faults`: by the number of a request, from 1 on. `seen`: method and path of each."""

    routes: list[Route] = field(default_factory=list)
    tokens: dict[str, frozenset[str]] = field(default_factory=dict)
    faults: dict[int, Fault] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    address: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def from_here(self, number: int, fault: Fault) -> None:
        """The request of this number, counted from now on, has a fault."""
        self.faults = {len(self.seen) + number: fault}

    def answer(self, method: str, url: str, headers: Mapping[str, str], raw: bytes) -> tuple[int, Any]:
        """Status and body of one request."""
        token, kind = headers.get("Authorization", ""), headers.get("Content-Type", "")
        route, names = self._route(method, urlsplit(url).path)
        scopes = self.tokens.get(token.removeprefix("Bearer "))
        if scopes is None or not token.startswith("Bearer "):
            raise Problem(401, "unauthorized", "Unable to authenticate you")
        if route.scope not in scopes:
            raise Problem(403, "forbidden", "You are not authorized to perform this operation")
        query = {key: values[-1] for key, values in parse_qs(urlsplit(url).query).items()}
        if unknown := set(query) - route.query:
            raise Problem(400, "bad_request", f"{unknown} is unknown")
        if raw and kind != "application/json":
            raise Problem(415, "unsupported_media_type", "the body is not JSON")
        body = json.loads(raw) if raw else None
        return route.status, route.answer(Call(names, query, body, scopes))

    def told(self, problem: Problem) -> Mapping[str, Any]:
        """The body of another answer."""
        return {"id": problem.code, "message": str(problem)}

    def _route(self, method: str, path: str) -> tuple[Route, tuple[str, ...]]:
        for route in self.routes:
            match = re.fullmatch(route.path, path)
            if match and route.method == method:
                return route, tuple(map(unquote, match.groups()))
        raise Problem(404, "not_found", "The resource you requested could not be found.")


class _Server(ThreadingHTTPServer):
    """Answers with what the stand-in says."""

    daemon_threads = True

    def __init__(self, host: str, api: StandIn) -> None:
        self.api = api
        super().__init__((host, 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def handle_any(self) -> None:
        """One request, with the fault that is set for it."""
        api = self.server.api
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        with api.lock:
            api.seen.append(f"{self.command} {urlsplit(self.path).path}")
            fault = api.faults.get(len(api.seen))
            outcome = None if fault == "down" else self._outcome(fault, raw)
        if outcome is None or fault == "lost":
            self.close_connection = True
        else:
            self._send(*outcome)

    def _outcome(self, fault: Fault | None, raw: bytes) -> tuple[int, Any, dict[str, str]]:
        api = self.server.api
        try:
            if fault == "throttled":
                raise Problem(429, "too_many_requests", "API rate limit exceeded.")
            if fault == "broken":
                raise Problem(500, "server_error", "Unexpected server-side error")
            return *api.answer(self.command, self.path, dict(self.headers.items()), raw), {}
        except Problem as problem:
            more = {"Retry-After": "0"} if problem.status == 429 else {}
            return problem.status, api.told(problem), more

    def _send(self, status: int, body: Any, more: Mapping[str, str]) -> None:
        content = b"" if body is None else json.dumps(body).encode()
        left = str(_LIMIT - len(self.server.api.seen))
        reset = str(int(time.time()) + 3600)
        limits = {"ratelimit-limit": str(_LIMIT), "ratelimit-remaining": left, "ratelimit-reset": reset}
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **limits, **more}.items():
            self.send_header(name, value)
        if content:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@contextmanager
def running(api: StandIn, host: str = "127.0.0.1") -> Iterator[StandIn]:
    """It listens on a free port of this machine."""
    server = _Server(host, api)
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    api.address = f"http://{host}:{server.server_port}"
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
