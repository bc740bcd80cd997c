"""An HTTP server that answers as a test says, down to the byte at which it hangs up, and a kubeconfig for it."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Reply:
    """What one request gets. `cut`: how many bytes of the body come before the connection ends; -1: not even a head."""

    status: int = 200
    body: str = '{"gitVersion": "v1.34.0"}'
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    delay: float = 0.0


VERSION = Reply()


@dataclass
class Script:
    """The replies in their order, of which the last one stays; and what was asked."""

    address: str = ""
    replies: list[Reply] = field(default_factory=lambda: [VERSION])
    seen: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def next(self) -> Reply:
        """The reply of this request."""
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def served(*replies: Reply) -> Iterator[Script]:
    """A server on a free port of this machine."""
    script = Script(replies=list(replies) or [VERSION])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            script.seen.append(f"{self.command} {self.path} {self.headers['User-Agent']}")
            script.tokens.append(str(self.headers["Authorization"]))
            script.bodies.append(self.rfile.read(length))
            _answer(self, script.next())

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    thread.start()
    script.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield script
    finally:
        server.shutdown()
        server.server_close()


def _answer(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    time.sleep(reply.delay)
    if reply.cut == -1:
        handler.close_connection = True
        return
    body = reply.body.encode()
    handler.send_response(reply.status)
    for name, value in {"Content-Type": "application/json", **reply.headers}.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body if reply.cut is None else body[: reply.cut])
    handler.close_connection = reply.cut is not None


def kubeconfig(path: Path, server: str, *names: str, user: dict[str, Any] | None = None) -> Path:
    """A kubeconfig of one server and one user with these contexts, the first of which is the current one."""
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": names[0],
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "t0ken"} if user is None else user}],
        "contexts": [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in names],
    }
    path.write_text(yaml.safe_dump(content))
    return path


def plugin(path: Path, *tokens: str, **more: Any) -> dict[str, Any]:
    """A kubeconfig's user whose plugin gives these tokens one after the other, the last one again and again."""
    state = path / "tokens"
    state.write_text("\n".join([*tokens, ""]))
    script = path / "plugin"
    script.write_text(
        "#!/bin/sh\n"
        f'cd "{path}"; token=$(head -n 1 tokens)\n'
        'if [ "$(wc -l < tokens)" -gt 1 ]; then tail -n +2 tokens > rest; mv rest tokens; fi\n'
        'echo \'{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", '
        '"status": {"token": "\'$token\'"}}\'\n'
    )
    script.chmod(0o755)
    version = "client.authentication.k8s.io/v1"
    return {"exec": {"apiVersion": version, "command": str(script), "interactiveMode": "Never", **more}}


def status(code: int, reason: str, message: str = "", **headers: str) -> Reply:
    """A Kubernetes Status."""
    body = {"kind": "Status", "code": code, "reason": reason, "message": message}
    return Reply(code, json.dumps(body), {name.replace("_", "-"): value for name, value in headers.items()})
