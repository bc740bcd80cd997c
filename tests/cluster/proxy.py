"""A way to the API server that a test can close and open again, and kubeconfigs for it and for other users."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.cluster.environment import kubectl
from tutor_launchpad.adapters.kubernetes import Cluster

PIECE = 65536


class Proxy:
    """Passes TCP on from a port of this machine; while it is away, connections are cut and refused."""

    def __init__(self, host: str, port: int) -> None:
        self._target = host, port
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self.port = self._listen(0)

    def leave_for(self, seconds: float) -> None:
        """Be away from now on, and back after that time."""
        self.close()
        timer = threading.Timer(seconds, lambda: self._listen(self.port))
        timer.daemon = True
        timer.start()

    def close(self) -> None:
        """Be away."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _listen(self, port: int) -> int:
        listener = socket.create_server(("127.0.0.1", port))
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return int(listener.getsockname()[1])

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = listener.accept()[0]
                if listener is not self._listener:
                    near.close()
                    return
                far = socket.create_connection(self._target)
                for source, sink in ((near, far), (far, near)):
                    self._open.add(source)
                    threading.Thread(target=self._pass, args=(source, sink), daemon=True).start()

    def _pass(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(PIECE):
                sink.sendall(piece)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
        self._open.discard(source)
        source.close()


def current() -> tuple[dict[str, Any], dict[str, Any]]:
    """The kubeconfig in use, reduced to its current context with all files inside; and its cluster."""
    content = yaml.safe_load(kubectl("config", "view", "--raw", "--minify", "--flatten"))
    return content, content["clusters"][0]["cluster"]


@contextlib.contextmanager
def proxied() -> Iterator[tuple[Proxy, dict[str, Any]]]:
    """A proxy before the API server, and the kubeconfig that goes through it."""
    content, cluster = current()
    address = urlsplit(cluster["server"])
    proxy = Proxy(str(address.hostname), address.port or 443)
    cluster.setdefault("tls-server-name", address.hostname)
    cluster["server"] = f"https://127.0.0.1:{proxy.port}"
    try:
        yield proxy, content
    finally:
        proxy.close()


def connect(content: dict[str, Any], folder: Path, say: Callable[[str], None] = lambda text: None) -> Cluster:
    """The cluster of a kubeconfig."""
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(content))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", str(file))
        return Cluster.connect(None, say)


def as_account(namespace: str, account: str) -> dict[str, Any]:
    """The kubeconfig in use, with a service account in place of its user."""
    content, _ = current()
    token = kubectl("-n", namespace, "create", "token", account, "--duration=1h").strip()
    content["users"] = [{"name": content["contexts"][0]["context"]["user"], "user": {"token": token}}]
    return content
