"""Programs that run as long as a test, an API server without nodes among them, and the Redis that Argo CD asks."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.unit.programs import find_program

LIMIT = 60.0


def free_port() -> int:
    """One of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def wait(what: str, is_so: Callable[[], bool]) -> None:
    """Until it is so, within a minute."""
    deadline = time.monotonic() + LIMIT
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.TransportError):
            if is_so():
                return
        time.sleep(0.1)
    raise AssertionError(f"{what} is not ready after {LIMIT:.0f} s")


@dataclass
class Processes:
    """By name; each writes to a file of its name."""

    folder: Path
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *command: object, **env: str) -> None:
        """Not waited for."""
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [str(word) for word in command],
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.folder,
                env={**os.environ, "HOME": str(self.folder), **env},
            )

    def stop(self, name: str) -> None:
        """At once where it does not end by itself."""
        process = self._running.pop(name)
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)

    def stop_all(self) -> None:
        """The last one first."""
        for name in reversed(list(self._running)):
            self.stop(name)


@dataclass(frozen=True)
class ControlPlane:
    """An API server with an administrator's kubeconfig for each namespace."""

    folder: Path
    server: str
    token: str

    def kubeconfig(self, namespace: str = "default") -> Path:
        """A file."""
        cluster = {"server": self.server, "certificate-authority": str(self.folder / "api" / "apiserver.crt")}
        content: dict[str, Any] = {"apiVersion": "v1", "kind": "Config", "current-context": "own"}
        content["clusters"] = [{"name": "own", "cluster": cluster}]
        content["users"] = [{"name": "own", "user": {"token": self.token}}]
        content["contexts"] = [{"name": "own", "context": {"cluster": "own", "user": "own", "namespace": namespace}}]
        file = self.folder / f"kubeconfig-{namespace}"
        file.write_text(yaml.safe_dump(content))
        return file

    def kubectl(self, *words: str, stdin: str = "", check: bool = True) -> str:
        """What it prints."""
        own = {**os.environ, "KUBECONFIG": str(self.kubeconfig())}
        command = [find_program("kubectl"), *words]
        ran = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=60, env=own)
        assert not check or ran.returncode == 0, f"kubectl {' '.join(words[:6])}: {ran.stderr}"
        return ran.stdout


def start_control_plane(processes: Processes) -> ControlPlane:
    """etcd, an API server with RBAC, and what gives accounts their tokens."""
    etcd, api, manager = (find_program(name) for name in ("etcd", "kube-apiserver", "kube-controller-manager"))
    folder, token = processes.folder, secrets.token_hex(16)
    client, peer, port = (free_port() for _ in range(3))
    (folder / "tokens").write_text(f'{token},admin,admin,"system:masters"\n')
    key = folder / "accounts.key"
    subprocess.run(["openssl", "genrsa", "-out", str(key), "2048"], check=True, capture_output=True)
    at, peers = f"http://127.0.0.1:{client}", f"http://127.0.0.1:{peer}"
    processes.start(
        "etcd", etcd, f"--data-dir={folder / 'etcd'}", f"--listen-client-urls={at}", f"--advertise-client-urls={at}",
        f"--listen-peer-urls={peers}", f"--initial-advertise-peer-urls={peers}", f"--initial-cluster=default={peers}",
    )  # fmt: skip
    processes.start(
        "kube-apiserver", api, f"--etcd-servers={at}", "--bind-address=127.0.0.1", f"--secure-port={port}",
        "--service-cluster-ip-range=10.99.0.0/24", f"--cert-dir={folder / 'api'}", f"--token-auth-file={folder / 'tokens'}",
        "--authorization-mode=RBAC", "--feature-gates=WatchList=false", "--service-account-issuer=https://own",
        f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
    )  # fmt: skip
    made = ControlPlane(folder, f"https://127.0.0.1:{port}", token)
    wait("the API server", lambda: made.kubectl("get", "--raw", "/readyz", check=False) == "ok")
    processes.start(
        "kube-controller-manager", manager, f"--kubeconfig={made.kubeconfig()}", "--leader-elect=false",
        f"--service-account-private-key-file={key}", f"--secure-port={free_port()}", f"--cert-dir={folder / 'manager'}",
        "--controllers=serviceaccount-token,serviceaccount",
    )  # fmt: skip
    return made


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """The address of an empty one."""
    fakeredis = pytest.importorskip("fakeredis")
    server = fakeredis.TcpFakeServer(("127.0.0.1", 0), server_type="redis")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def tunnel(port: int) -> Iterator[str]:
    """A proxy by which every host is at this port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, port), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def _accept(listener: socket.socket, port: int) -> None:
    with contextlib.suppress(OSError):
        while True:
            threading.Thread(target=_connect, args=(listener.accept()[0], port), daemon=True).start()


def _connect(near: socket.socket, port: int) -> None:
    with contextlib.suppress(OSError), near, socket.create_connection(("127.0.0.1", port)) as far:
        head = b""
        while b"\r\n\r\n" not in head:
            piece = near.recv(4096)
            if not piece:
                return
            head += piece
        near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=_pass, args=(near, far), daemon=True).start()
        _pass(far, near)


def _pass(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
