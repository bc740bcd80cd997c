"""A client of a MongoDB server, with the driver's errors turned into ours."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pymongo import MongoClient
from pymongo.errors import ConfigurationError, ConnectionFailure, OperationFailure, PyMongoError

from launchpad_workflows.errors import BadCredentials, ProvisioningError, Refused, Unavailable
from launchpad_workflows.provisioners import clocks
from launchpad_workflows.provisioners.base import file_of

Document = dict[str, Any]

_ATLAS = 8000
"""Atlas's own code, for logins and, on its shared clusters, for rights."""
_LOGIN = {18, _ATLAS}
_DENIED = {13}
# Shutdown, step-down, no primary yet, time limits.
_MAY_PASS = {6, 7, 50, 89, 91, 189, 262, 9001, 10058, 10107, 11600, 11602, 13435, 13436}


class Denied(Refused):
    """The user may not do that."""


@dataclass(frozen=True)
class Address:
    """Where the server is, how its certificate is checked, and whether it knows retryable writes.

    `srv`: the host is a name that leads to the servers. `hint`: what to look at where none of them answers.
    """

    name: str
    host: str
    port: int
    auth_source: str
    tls: bool = False
    replica_set: str = ""
    ca: str = ""
    retry_writes: bool = True
    srv: bool = False
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.host}:{self.port})"


@contextmanager
def connected(address: Address, user: str, password: str) -> Iterator[MongoClient[Document]]:
    """A client that has logged in, unless no user is named; closed at the end, and errors inside are ours."""
    with file_of(address.ca) as ca, translated(address, user):
        options: dict[str, Any] = {"tls": True, "tlsCAFile": ca} if address.tls else {}
        options |= {"replicaSet": address.replica_set} if address.replica_set else {}
        client: MongoClient[Document] = MongoClient(
            host=f"mongodb+srv://{address.host}" if address.srv else address.host,
            port=None if address.srv else address.port,
            username=user or None,
            password=password or None,
            authSource=address.auth_source,
            appname="launchpad",
            serverSelectionTimeoutMS=10_000,
            connectTimeoutMS=10_000,
            socketTimeoutMS=60_000,
            maxPoolSize=2,
            retryWrites=address.retry_writes,
            **options,
        )
        try:
            client[address.auth_source].command("connectionStatus")
            yield client
        finally:
            client.close()


def is_publicly_trusted(address: Address) -> bool:
    """Whether who knows public authorities alone would connect; also where nobody answers, which others tell better."""
    context = ssl.create_default_context()
    try:
        with socket.create_connection((address.host, address.port), timeout=10) as plain:
            context.wrap_socket(plain, server_hostname=address.host).close()
    except ssl.SSLCertVerificationError:
        return False
    except OSError:
        return True
    return True


@contextmanager
def translated(address: Address, user: str) -> Iterator[None]:
    """The driver's errors as ours."""
    try:
        yield
    except ConnectionFailure as error:
        if why := clocks.distrust(error, clocks.now()):
            raise Refused(f"MongoDB server {address} cannot be used: {why}.") from None
        reason = str(error).split(", Timeout:")[0].split(" (configured timeouts")[0].rstrip(".")
        raise Unavailable(f"MongoDB server {address} cannot be reached: {reason}.{address.hint}") from None
    except OperationFailure as error:
        raise _translate(address, user, error) from None
    except ConfigurationError as error:
        raise Refused(f"MongoDB server {address} cannot be used as configured: {error}.") from None
    except PyMongoError as error:
        raise Unavailable(f"MongoDB server {address} failed: {type(error).__name__}.") from None


def _translate(address: Address, user: str, error: OperationFailure) -> ProvisioningError:
    code = error.code or 0
    message = str((error.details or {}).get("errmsg", type(error).__name__))
    if code in _DENIED or (code == _ATLAS and "not allowed" in message):
        return Denied(f"MongoDB server {address} does not let user {user} do that ({code}: {message}).")
    if code in _LOGIN:
        return BadCredentials(
            f"MongoDB server {address} refuses user {user} with this password ({code}): register the server again "
            "with the right one if this is the administrator."
        )
    if code in _MAY_PASS or error.has_error_label("RetryableWriteError"):
        return Unavailable(f"MongoDB server {address} cannot be used at the moment ({code}: {message}).")
    return Refused(f"MongoDB server {address} refused user {user} ({code}: {message}).")
