"""Keys and secrets that are made here, at random, and kept nowhere but where the caller puts them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True)
class DeployKey:
    """A pair of SSH keys: `public` as a Git host takes it, `private` as OpenSSH reads it."""

    public: str
    private: str = field(repr=False)


def make_deploy_key(comment: str) -> DeployKey:
    """A new pair, of the kind ed25519."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    return DeployKey(f"{public.decode()} {comment}", private.decode())


def make_secret() -> str:
    """A word that nobody guesses."""
    return secrets.token_urlsafe(32)
