"""Bare repositories over smart HTTP: open to all, below /private/ only to one user."""

from __future__ import annotations

import base64
import os
import subprocess
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


class Handler(BaseHTTPRequestHandler):
    """Hands each request to `git http-backend`."""

    protocol_version = "HTTP/1.1"

    def __init__(self, folder: Path, credentials: str, *arguments: Any) -> None:
        self._folder = folder
        self._allowed = "Basic " + base64.b64encode(credentials.encode()).decode()
        super().__init__(*arguments)

    def do_GET(self) -> None:
        body = self._body()
        url = urlsplit(self.path)
        if url.path.startswith("/private/") and self.headers.get("Authorization") != self._allowed:
            self._answer(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
            return
        variables = {
            "GIT_PROJECT_ROOT": str(self._folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        ran = subprocess.run(
            ["git", "http-backend"], input=body, env={**os.environ, **variables}, capture_output=True, check=True
        )
        head, _, content = ran.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        status = int(headers.pop("Status", "200 OK").split()[0])
        self._answer(status, headers, content)

    do_POST = do_GET

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        chunks = []
        while size := int(self.rfile.readline(), 16):
            chunks.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(chunks)

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


def make_server(folder: Path, host: str, port: int, credentials: str) -> ThreadingHTTPServer:
    """A server of the repositories in a folder; `credentials`: user:password."""
    return ThreadingHTTPServer((host, port), partial(Handler, folder, credentials))


def make_repository(folder: Path, name: str) -> None:
    """A new, empty repository that may be pushed to."""
    path = folder / f"{name}.git"
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(path)], check=True)
    subprocess.run(["git", "-C", str(path), "config", "http.receivepack", "true"], check=True)
