"""A manifest comes from the network or a mirror, and only as it is pinned."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tutor_launchpad.adapters import manifests
from tutor_launchpad.adapters.manifests import Manifests
from tutor_launchpad.core.cluster.pins import Pin, local_kustomization, read_pin
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Refused, Unreachable

CONTENT = b"kind: List\n"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


class _Handler(BaseHTTPRequestHandler):
    """`/<status>` answers so; `/moved` leads to the content."""

    def do_GET(self) -> None:
        status = {"content": 200, "moved": 302}.get(self.path[1:]) or int(self.path[1:])
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/content")
        self.end_headers()
        if status == 200:
            self.wfile.write(CONTENT)

    def log_message(self, format: str, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Of a server on this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def _pin(url: str = "https://example.com/x", sha256: str = SHA256) -> Pin:
    return Pin("argo-cd", "v1.2.3", url, sha256)


@pytest.mark.parametrize("path", ["content", "moved"])
def test_download_that_is_as_pinned_is_taken(address: str, path: str) -> None:
    assert Manifests().get(_pin(f"{address}/{path}")) == CONTENT


def test_download_that_is_not_as_pinned_is_refused_with_both_digests(address: str) -> None:
    with pytest.raises(Refused, match=rf"has the sha256 {SHA256}, but argo-cd v1\.2\.3 is pinned to {'0' * 64}"):
        Manifests().get(_pin(f"{address}/content", "0" * 64))


@pytest.mark.parametrize(
    ("status", "kind", "sentence"),
    [
        (404, NotFound, r"is there a release v1\.2\.3 of argo-cd\?"),
        (403, Forbidden, "may not be downloaded from here"),
        (503, Unreachable, "answers HTTP 503: try again"),
    ],
)
def test_server_that_refuses_is_told_apart(
    address: str, status: int, kind: type[LaunchpadError], sentence: str
) -> None:
    with pytest.raises(kind, match=sentence):
        Manifests().get(_pin(f"{address}/{status}"))


def test_server_that_is_away_is_unreachable() -> None:
    with pytest.raises(Unreachable, match=r"cannot be downloaded .* or give the file with --manifests"):
        Manifests(timeout=1).get(_pin("http://127.0.0.1:9/x"))


def test_endless_download_is_ended(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "LARGEST", 3)

    with pytest.raises(LaunchpadError, match="that is no manifest"):
        Manifests().get(_pin(f"{address}/content"))


@pytest.mark.parametrize("name", ["argo-cd-v1.2.3.yaml", "argo-cd/v1.2.3/install.yaml"])
def test_mirror_has_it_by_name_and_version(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / name).write_bytes(CONTENT)

    assert Manifests(tmp_path).get(_pin()) == CONTENT


@pytest.mark.parametrize("content", [None, [], {}, {"metadata": []}, {"metadata": {"annotations": {}}}])
def test_kustomization_without_a_pin_is_refused(content: object) -> None:
    with pytest.raises(Refused) as caught:
        read_pin("argo-cd", content, "cluster/argo-cd/kustomization.yml")

    assert len(caught.value.problems) == 3
    assert "has no annotation launchpad.openedx.org/sha256 of the form" in caught.value.problems[2]


def test_what_comes_from_the_network_comes_from_the_file() -> None:
    local = local_kustomization({"resources": ["a.yml", "https://x/y", "git@x:y"], "namespace": "n"})

    assert local == {"resources": ["a.yml", "launchpad-manifest.yml"], "namespace": "n"}
