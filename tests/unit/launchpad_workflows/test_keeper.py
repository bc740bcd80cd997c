"""What a provider chose is kept by the Kubernetes API, which a small server plays here, with TLS."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from launchpad_workflows.errors import Forbidden, Refused, Unavailable
from launchpad_workflows.worker.keeper import SecretKeeper

from tests.unit.certificates import write_certificate

PATH = "/api/v1/namespaces/launchpad/secrets/launchpad-chosen-moon"


@dataclass
class Api:
    """Answers with each of `statuses` once, then with 200; keeps what it was sent."""

    folder: Path
    port: int = 0
    statuses: list[int] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    data: dict[str, str] = field(default_factory=dict)
    slept: list[float] = field(default_factory=list)

    def keeper(self, port: int = 0) -> SecretKeeper:
        return SecretKeeper(
            self.folder,
            "launchpad-chosen-moon",
            f"https://127.0.0.1:{port or self.port}",
            now=lambda: sum(self.slept),
            sleep=self.slept.append,
        )


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    write_certificate(tmp_path)
    (tmp_path / "token").write_text("pods-token\n")
    (tmp_path / "namespace").write_text("launchpad")
    found = Api(tmp_path)

    class Handler(BaseHTTPRequestHandler):
        def do_PATCH(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            found.asked.append((self.path, self.headers["Authorization"], self.headers["Content-Type"]))
            status = found.statuses.pop(0) if found.statuses else 200
            if status == 200:
                found.data |= body["data"]
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "ca.crt", tmp_path / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    found.port = server.server_port
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield found
    server.shutdown()
    server.server_close()


def test_one_key_of_one_secret_is_written(api: Api) -> None:
    api.keeper()("P.1", "chosen")

    assert api.asked == [(PATH, "Bearer pods-token", "application/merge-patch+json")]
    assert base64.b64decode(api.data["P.1"]) == b"chosen"


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_what_may_pass_is_tried_again(api: Api, status: int) -> None:
    api.statuses = [status, status]

    api.keeper()("P.1", "chosen")

    assert (len(api.asked), "P.1" in api.data) == (3, True)


def test_api_that_stays_away_is_told_after_a_minute(api: Api) -> None:
    with pytest.raises(Unavailable, match=r"could not be kept in Secret launchpad-chosen-moon: .* does not answer"):
        api.keeper(port=1)("P.1", "chosen")

    assert sum(api.slept) == 60


@pytest.mark.parametrize(
    ("status", "kind", "text"),
    [(403, Forbidden, "may not write Secret launchpad-chosen-moon"), (404, Refused, "the Kubernetes API answers 404")],
)
def test_refusal_is_told_at_once_without_the_value(api: Api, status: int, kind: type[Exception], text: str) -> None:
    api.statuses = [status]

    with pytest.raises(kind, match=text) as told:
        api.keeper()("P.1", "chosen-value")

    assert (api.slept, "chosen-value" in str(told.value)) == ([], False)


def test_server_of_another_authority_gets_no_token(api: Api, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write_certificate(other)
    (api.folder / "ca.crt").write_bytes((other / "ca.crt").read_bytes())

    with pytest.raises(Unavailable, match="does not answer"):
        api.keeper()("P.1", "chosen")

    assert api.asked == []
