"""The API in memory behind a socket, for programs that are run as users run them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad.adapters.kubernetes_transport import Request, Response


@contextmanager
def served(api: FakeApi) -> Iterator[str]:
    """The address of a server that hands each request to the API, one after the other."""
    turn = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body in one packet: a second one would wait for the first to be acknowledged

        def handle_any(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            request = Request(self.command, url.path, tuple(parse_qsl(url.query)), body, tuple(self.headers.items()))
            with turn:
                response = Response(200, b'{"gitVersion": "v1.34.0"}') if url.path == "/version" else api.send(request)
            try:
                self.send_response(response.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(response.body)))
                self.end_headers()
                self.wfile.write(response.body)
            except OSError:  # who asked is not there any more
                self.close_connection = True

        do_GET = do_POST = do_PATCH = do_DELETE = handle_any

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
