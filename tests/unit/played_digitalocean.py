"""DigitalOcean's API as far as clusters are concerned, strict: only paths that there are, only with the token."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "dop_v1_testing"
CLUSTER = "bd5f5959-5e1e-4205-a714-a914373942af"
LISTS = {
    "/v2/kubernetes/clusters": "kubernetes_clusters",
    "/v2/volumes": "volumes",
    "/v2/snapshots": "snapshots",
    "/v2/databases": "databases",
}
CREDENTIALS = {
    "server": f"https://{CLUSTER}.k8s.ondigitalocean.com",
    "certificate_authority_data": "Y2VydGlmaWNhdGU=",
    "client_certificate_data": None,
    "client_key_data": None,
    "token": "short-lived",
    "expires_at": "2026-11-25T08:00:00Z",
}


@dataclass
class Ocean:
    """What there is; `refused`: paths that the token may not use."""

    address: str = ""
    kubernetes_clusters: list[dict[str, Any]] = field(default_factory=list)
    volumes: list[dict[str, Any]] = field(default_factory=list)
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    databases: list[dict[str, Any]] = field(default_factory=list)
    load_balancers: list[dict[str, Any]] = field(default_factory=list)
    registry: dict[str, Any] | None = None
    refused: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def answer(self, path: str, query: dict[str, list[str]]) -> tuple[int, Any]:
        """Status and body."""
        if path in self.refused:
            return 403, {"id": "Forbidden", "message": "You are not authorized to perform this operation"}
        if path in LISTS:
            found = getattr(self, LISTS[path])
            page = int(query["page"][0])
            more = {"pages": {"next": f"{self.address}{path}?page={page + 1}"}} if page < len(found) else {}
            return 200, {LISTS[path]: found[page - 1 : page], "links": more, "meta": {"total": len(found)}}
        if path == "/v2/registry" and self.registry:
            return 200, {"registry": self.registry}
        if path == f"/v2/kubernetes/clusters/{CLUSTER}/credentials" and self.kubernetes_clusters:
            return 200, {**CREDENTIALS, "asked_for": query["expiry_seconds"][0]}
        if path == f"/v2/kubernetes/clusters/{CLUSTER}/destroy_with_associated_resources" and self.kubernetes_clusters:
            return 200, {"load_balancers": self.load_balancers, "volumes": [], "volume_snapshots": []}
        return 404, {"id": "not_found", "message": "The resource you requested could not be found."}


@contextmanager
def played_digitalocean() -> Iterator[Ocean]:
    """It on a free port of this machine. Each page holds one thing, so that whoever forgets the others is found out."""
    ocean = Ocean()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            ocean.asked.append(url.path)
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                status, body = 401, {"id": "Unauthorized", "message": "Unable to authenticate you"}
            else:
                status, body = ocean.answer(url.path, parse_qs(url.query))
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    ocean.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    try:
        yield ocean
    finally:
        server.shutdown()
        server.server_close()
