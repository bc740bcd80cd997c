"""A certificate of its own authority for a server on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def write_certificate(
    folder: Path, begins: timedelta = timedelta(days=-1), names: Sequence[str] = ("127.0.0.1",)
) -> None:
    """`ca.crt` and `key.pem`, valid for two days, of a server with these names or addresses."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, start = x509.Name([]), datetime.now(timezone.utc) + begins
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([_general(one) for one in names]), critical=True)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    (folder / "ca.crt").write_bytes(built.public_bytes(pem))


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)
