"""Kubeconfigs and a real socket: contexts without the library, and what a silent or refusing server becomes."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

from tutor_launchpad.__about__ import __version__
from tutor_launchpad.adapters.kubernetes import Cluster, contexts
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Unreachable


def kubeconfig(path: Path, server: str, *names: str) -> Path:
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": names[0],
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": {"token": "t0ken"}}],
        "contexts": [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in names],
    }
    path.write_text(yaml.safe_dump(content))
    return path


def test_contexts_come_from_all_files_and_the_first_current_one_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = kubeconfig(tmp_path / "one", "https://x", "a", "b")
    two = kubeconfig(tmp_path / "two", "https://x", "c")
    monkeypatch.setenv("KUBECONFIG", f"{one}:{tmp_path / 'absent'}:{two}")

    assert contexts() == (["a", "b", "c"], "a")


def test_contexts_without_a_file_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))

    assert contexts() == ([], None)
    with pytest.raises(NotFound, match="no kubeconfig"):
        Cluster.connect(None)


def test_contexts_of_a_broken_file_name_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken").write_text("a: [")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "broken"))

    with pytest.raises(LaunchpadError, match="broken cannot be read"):
        contexts()


def test_contexts_do_not_import_kubernetes() -> None:
    code = "import sys, tutor_launchpad.adapters.kubernetes as k; k.contexts(); sys.exit('kubernetes' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_connect_to_an_unknown_context_names_the_known_ones(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "one", "https://x", "a", "b")))

    with pytest.raises(NotFound, match="choose one of a, b"):
        Cluster.connect("c")


def test_connect_to_a_closed_port_names_the_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"https://127.0.0.1:{free.getsockname()[1]}"
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "one", address, "a")))

    with pytest.raises(Unreachable, match=rf"{address} does not answer \(connection refused\)"):
        Cluster.connect("a")


@pytest.mark.parametrize(("code", "error"), [(200, None), (401, Forbidden)], ids=["accepted", "expired"])
def test_connect_asks_once_with_the_token_and_our_name(
    code: int, error: type[LaunchpadError] | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(f"{self.path} {self.headers['Authorization']} {self.headers['User-Agent']}")
            self.send_response(code)
            self.end_headers()
            self.wfile.write(b'{"gitVersion": "v1.34.0"}')

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path / "one", f"http://127.0.0.1:{server.server_port}", "a")))

    if error:
        with pytest.raises(error, match="expired or are wrong"):
            Cluster.connect("a")
    else:
        assert Cluster.connect("a").version == "v1.34.0"

    server.shutdown()
    server.server_close()
    assert seen == [f"/version Bearer t0ken launchpad/{__version__}"]
