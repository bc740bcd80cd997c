"""What several unit tests need."""

from __future__ import annotations

import ctypes
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from Crypto.PublicKey import RSA

_VERSION_3 = 0x20080522
_PASSES_RIGHTS = 1 << 1 | 1 << 2 | 1 << 3
"""The capabilities by which root reads and writes whatever a file's rights say."""


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """The rights of files count in this test, also where root runs it, as in many containers."""
    if os.geteuid():
        yield
        return
    kernel = ctypes.CDLL(None, use_errno=True)
    header, data = (ctypes.c_uint32 * 2)(_VERSION_3, 0), (ctypes.c_uint32 * 6)()
    assert kernel.capget(header, data) == 0
    before = data[0]
    data[0] = before & ~_PASSES_RIGHTS
    assert kernel.capset(header, data) == 0
    yield
    data[0] = before
    assert kernel.capset(header, data) == 0


@pytest.fixture(scope="session")
def rsa_key() -> str:
    return RSA.generate(2048).export_key().decode()


@pytest.fixture
def full_disk() -> Callable[[int], AbstractContextManager[None]]:
    """Inside of it no file grows beyond so many bytes, as on a disk that is full."""

    @contextmanager
    def limited(size: int) -> Iterator[None]:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    return limited


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests recorded as `said`: which of several ways of a check ran here."""
    reports = (report for found in terminalreporter.stats.values() for report in found)
    said = {value for one in reports for name, value in getattr(one, "user_properties", ()) if name == "said"}
    for line in sorted(said):
        terminalreporter.write_line(line)
