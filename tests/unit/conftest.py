"""What several unit tests need."""

from __future__ import annotations

import pytest
from Crypto.PublicKey import RSA


@pytest.fixture(scope="session")
def rsa_key() -> str:
    return RSA.generate(2048).export_key().decode()
