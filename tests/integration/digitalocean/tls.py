"""Puts TLS before a server that has none, as managed clusters have it, with an authority of its own."""

from __future__ import annotations

import contextlib
import datetime
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

_SSL = 0x08  # in the second byte of MySQL's capabilities
_INSECURE = b"\xff\x57\x0c#HY000Connections using insecure transport are prohibited"


@dataclass(frozen=True)
class Authority:
    """`certificate` is what clients are told; `context` answers as 127.0.0.1."""

    certificate: str
    context: ssl.SSLContext


def make_authority(folder: Path) -> Authority:
    """An authority, and a certificate of it for this machine."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a cluster's own")])
    now = datetime.datetime.now(tz=datetime.timezone.utc)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    (folder / "server.pem").write_bytes(pem + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return Authority(pem.decode(), context)


@contextlib.contextmanager
def before(host: str, port: int, authority: Authority, *, mysql: bool) -> Iterator[int]:
    """The port of this machine that speaks TLS; MySQL begins it after its greeting."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                near = listener.accept()[0]
                threading.Thread(target=serve, args=(near,), daemon=True).start()

    def serve(near: socket.socket) -> None:
        with contextlib.suppress(OSError), socket.create_connection((host, port)) as far:
            if mysql:
                _greet(near, far)
            with authority.context.wrap_socket(near, server_side=True) as inner:
                if mysql:
                    _log_in(inner, far)
                _pass_on(inner, far)

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield int(listener.getsockname()[1])
    finally:
        listener.close()


def _greet(near: socket.socket, far: socket.socket) -> None:
    """Say that there is TLS, and insist on it."""
    number, greeting = _packet(far)
    flags = greeting.index(b"\0", 1) + 1 + 4 + 8 + 1 + 1
    _send(near, number, greeting[:flags] + bytes([greeting[flags] | _SSL]) + greeting[flags + 1 :])
    number, asked = _packet(near)
    if len(asked) != 32:
        _send(near, number + 1, _INSECURE)
        raise OSError("no TLS")


def _log_in(near: socket.socket, far: socket.socket) -> None:
    """Pass packets on, of which the client counts one more than the server, which was not asked for TLS."""
    first = True
    while True:
        number, sent = _packet(near)
        if first:
            sent = sent[:1] + bytes([sent[1] & ~_SSL]) + sent[2:]
        first = False
        _send(far, number - 1, sent)
        number, answer = _packet(far)
        _send(near, number + 1, answer)
        if answer[0] in (0x00, 0xFF):
            return


def _pass_on(near: ssl.SSLSocket, far: socket.socket) -> None:
    """Until one of them ends."""
    while True:
        ready = [near] if near.pending() else select.select([near, far], [], [])[0]
        for one in ready:
            piece = one.recv(65536)
            if not piece:
                return
            (far if one is near else near).sendall(piece)


def _packet(one: socket.socket) -> tuple[int, bytes]:
    head = _exactly(one, 4)
    return head[3], _exactly(one, int.from_bytes(head[:3], "little"))


def _exactly(one: socket.socket, size: int) -> bytes:
    content = b""
    while len(content) < size:
        piece = one.recv(size - len(content))
        if not piece:
            raise OSError("closed")
        content += piece
    return content


def _send(one: socket.socket, number: int, content: bytes) -> None:
    one.sendall(len(content).to_bytes(3, "little") + bytes([number]) + content)
