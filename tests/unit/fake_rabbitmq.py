"""A stand-in for RabbitMQ's management API: what virtual hosts, users and rights need, taking nothing that it would not."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

ADMINISTRATOR = ("admin", "h1dden-administrator")
NOT_FOUND = (404, {"error": "Object Not Found", "reason": "Not Found"})
BAD_LOGIN = (401, {"error": "not_authorized", "reason": "Login failed"})
NO_ADMINISTRATOR = (401, {"error": "not_authorized", "reason": "User not administrator"})
Answer = tuple[int, Any]


def bad(reason: str) -> Answer:
    return 400, {"error": "bad_request", "reason": reason}


@dataclass
class Rabbit:
    """`vhosts`: name → description. `users`: name → password. `rights`: (vhost, user)."""

    address: str = ""
    vhosts: dict[str, str] = field(default_factory=lambda: {"/": "Default virtual host"})
    users: dict[str, str] = field(default_factory=lambda: dict([ADMINISTRATOR]))
    rights: set[tuple[str, str]] = field(default_factory=set)
    seen: list[str] = field(default_factory=list)

    def answer(self, method: str, path: list[str], body: dict[str, Any], login: tuple[str, str]) -> Answer:
        """What the server would."""
        self.seen.append(f"{method} {'/'.join(path)}")
        user, password = login
        if self.users.get(user) != password:
            return BAD_LOGIN
        match method, *path:
            case ["GET", "whoami"]:
                return 200, {"name": user, "tags": ["management"]}
            case ["GET", "vhosts"]:
                return 200, [{"name": name} for name in self.vhosts if user == "admin" or (name, user) in self.rights]
        return self._administer(method, path, body) if user == "admin" else NO_ADMINISTRATOR

    def _administer(self, method: str, path: list[str], body: dict[str, Any]) -> Answer:
        match path:
            case ["overview"] if method == "GET":
                return 200, {"rabbitmq_version": "4.2.1", "management_version": "4.2.1"}
            case ["vhosts", name]:
                return self._vhost(method, name, body)
            case ["users", name]:
                return self._user(method, name, body)
            case ["permissions", vhost, user] if method == "PUT":
                return self._permit(vhost, user, body)
        return NOT_FOUND

    def _vhost(self, method: str, name: str, body: dict[str, Any]) -> Answer:
        if method == "PUT":
            if set(body) - {"description", "tags", "default_queue_type", "tracing"}:
                return bad("unknown field")
            made = name not in self.vhosts
            self.vhosts[name] = str(body.get("description", ""))
            return (201 if made else 204), None
        if name not in self.vhosts:
            return NOT_FOUND
        if method == "GET":
            return 200, {"name": name, "description": self.vhosts[name], "tags": [], "tracing": False}
        del self.vhosts[name]
        self.rights = {right for right in self.rights if right[0] != name}
        return 204, None

    def _user(self, method: str, name: str, body: dict[str, Any]) -> Answer:
        if method == "PUT":
            if not body.get("password") or "tags" not in body:
                return bad("password and tags are needed")
            made = name not in self.users
            self.users[name] = body["password"]
            return (201 if made else 204), None
        if name not in self.users:
            return NOT_FOUND
        if method == "GET":
            return 200, {"name": name, "tags": ["management"], "password_hash": "hidden"}
        del self.users[name]
        self.rights = {right for right in self.rights if right[1] != name}
        return 204, None

    def _permit(self, vhost: str, user: str, body: dict[str, Any]) -> Answer:
        if vhost not in self.vhosts or user not in self.users:
            return bad("vhost_or_user_not_found")
        if set(body) != {"configure", "write", "read"}:
            return bad("configure, write and read are needed")
        self.rights.add((vhost, user))
        return 201, None


@contextmanager
def served(host: str = "127.0.0.1") -> Iterator[Rabbit]:
    """On a free port; `host`: the address that it listens on and is reached by."""
    rabbit = Rabbit()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            root, *path = [unquote(part) for part in self.path.split("/")[1:]]
            found = rabbit.answer(self.command, path, json.loads(text or "{}"), self._login())
            status, content = found if root == "api" else NOT_FOUND
            data = b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_DELETE = _handle

        def _login(self) -> tuple[str, str]:
            text = base64.b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
            user, _, password = text.partition(":")
            return user, password

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer((host, 0), Handler)
    server.daemon_threads = True
    rabbit.address = f"http://{host}:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield rabbit
    finally:
        server.shutdown()
        server.server_close()
