#!/usr/local/bin/python3
"""Answers 200 on the ports of Open edX's services until it is told to stop; a shell's command ends at once, unread."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePath
from threading import Thread

PORTS = (80, 443, 2019, 3306, 5000, 6379, 7700, 8000, 8002, 8025, 9000, 27017)


class Handler(BaseHTTPRequestHandler):
    """The same answer to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


def is_shell(words: Sequence[str]) -> bool:
    """Whether a shell is called, as the program itself or as its first argument."""
    return any(PurePath(word).name in ("sh", "bash") for word in words[:2])


def serve(port: int) -> ThreadingHTTPServer | None:
    """A running server; None where the port cannot be had."""
    try:
        server = ThreadingHTTPServer(("", port), Handler)
    except OSError:
        return None
    Thread(target=server.serve_forever, daemon=True).start()
    return server


def main() -> None:
    """What the container runs."""
    if is_shell(sys.argv):
        return
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit())
    for port in PORTS:
        serve(port)
    signal.pause()


if __name__ == "__main__":
    main()
