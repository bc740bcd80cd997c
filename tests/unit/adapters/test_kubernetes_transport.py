"""Requests over a real socket: what a silent, refusing, stumbling or foreign server becomes."""

from __future__ import annotations

import socket
import ssl
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.scripted_server import Reply, kubeconfig, served
from tutor_launchpad.__about__ import __version__
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.kubernetes_kubeconfig import open_transport
from tutor_launchpad.adapters.kubernetes_patience import LIMIT, Patience
from tutor_launchpad.adapters.kubernetes_transport import TIMEOUT, Response
from tutor_launchpad.core.errors import LaunchpadError, Unreachable

Reach = Callable[..., Cluster]
NAMESPACE = Reply(body='{"kind": "Namespace"}')


class Clock:
    """Moves only by waiting."""

    def __init__(self) -> None:
        self.now = 0.0
        self.said: list[str] = []

    @property
    def patience(self) -> Patience:
        return Patience(LIMIT, self.said.append, lambda: self.now, self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Callable[..., Cluster]:
    """A client of an address that has answered before; a test may shorten its time-outs."""

    def make(address: str, timeout: tuple[float, float] = TIMEOUT) -> Cluster:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "config", address, "a")))
        return Cluster(open_transport("a", timeout), patience=clock.patience)

    return make


def test_connect_asks_once_with_the_token_and_our_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served() as script:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "one", script.address, "a")))

        assert Cluster.connect("a").version == "v1.34.0"

    assert script.seen == [f"GET /version launchpad/{__version__}"]
    assert script.tokens == ["Bearer t0ken"]


def test_connect_to_a_closed_port_names_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"https://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "one", address, "a")))

    with pytest.raises(Unreachable, match=rf"{address} does not answer \(connection refused\)"):
        Cluster.connect("a")


STUMBLES = {
    "hangs up at once": Reply(cut=-1),
    "hangs up in the body": Reply(body='{"kind": "Namespace"}', cut=9),
    "broken JSON": Reply(body='{"kind": "Names'),
    "overloaded": Reply(503, "no healthy upstream", {"Content-Type": "text/plain"}),
    "proxy's page": Reply(502, "<html>Bad Gateway</html>", {"Content-Type": "text/html"}),
    "too many requests": Reply(429, "{}", {"Retry-After": "1"}),
}


@pytest.mark.parametrize("stumble", STUMBLES.values(), ids=STUMBLES)
def test_stumble_is_asked_again(stumble: Reply, reach: Reach) -> None:
    with served(stumble, stumble, NAMESPACE) as script:
        assert reach(script.address).get("v1", "Namespace", "alpha") == {"kind": "Namespace"}

    assert len(script.seen) == 3


def test_slow_answers_are_waited_for_and_silence_is_asked_again(reach: Reach) -> None:
    slow, silent = Reply(body=NAMESPACE.body, delay=0.05), Reply(body=NAMESPACE.body, delay=0.4)

    with served(slow, silent, slow) as script:
        cluster = reach(script.address, (1.0, 0.2))
        answers = [cluster.get("v1", "Namespace", "alpha") for _ in range(2)]

    assert answers == [{"kind": "Namespace"}] * 2
    assert len(script.seen) == 3


@pytest.mark.parametrize("code", [200, 302, 403, 404])
def test_page_of_a_proxy_is_no_answer_about_an_object(code: int, reach: Reach) -> None:
    page = Reply(code, "<html>geheim</html>", {"Content-Type": "text/html", "Location": "https://login.example.org"})

    with served(page) as script, pytest.raises(LaunchpadError, match="does a proxy stand between") as caught:
        reach(script.address).find("v1", "Namespace", "alpha")

    assert "geheim" not in str(caught.value)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that signs itself, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    subject = ["-subj", "/CN=127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem", "-days", "1"]
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", *subject]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


def test_untrusted_certificate_is_told_at_once(certificate: Path, reach: Reach, clock: Clock) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            with listener.accept()[0] as connection, pytest.raises(ssl.SSLError):
                context.wrap_socket(connection, server_side=True)

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises(Unreachable, match=r"no trusted connection .* \(certificate verify failed: self") as caught:
            reach(f"https://127.0.0.1:{listener.getsockname()[1]}").get("v1", "Namespace", "alpha")
        thread.join()

    assert "certificates in the kubeconfig" in str(caught.value)
    assert clock.now == 0.0


def test_server_without_tls_is_told_at_once(reach: Reach, clock: Clock) -> None:
    with served() as script, pytest.raises(Unreachable, match=r"no trusted connection .*wrong version number"):
        reach(script.address.replace("http", "https")).get("v1", "Namespace", "alpha")

    assert clock.now == 0.0


def test_document_of_an_answer_is_an_object_or_nothing() -> None:
    bodies = [b'{"a": 1}', b"[1]", b"", b"\xff"]

    assert [Response(200, body).document for body in bodies] == [{"a": 1}, None, None, None]
