"""One connection to a MySQL or MariaDB server, with the driver's errors turned into ours."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pymysql
import pymysql.converters
import pymysql.cursors

from launchpad_workflows.errors import BadCredentials, ProvisioningError, Refused, Unavailable
from launchpad_workflows.provisioners import clocks

_LOGIN = {1045, 1698, 1820, 1862}
_DENIED = {1044, 1095, 1142, 1143, 1227, 1370, 1410, 1419}
# Too many connections, host blocked, shutting down, lock waits, read-only after a failover, network.
_MAY_PASS = {1040, 1053, 1129, 1203, 1205, 1213, 1226, 1290, 1792, 1836, 2002, 2003, 2006, 2013, 2014, 2055, 4031}
UNKNOWN_VARIABLE = 1193
UNKNOWN_THREAD = 1094
SCHEMA_EXISTS = 1007


class Denied(Refused):
    """The user may not do that."""


class Answered(Refused):
    """The server answered with an error of this number."""

    def __init__(self, text: str, code: int) -> None:
        self.code = code
        super().__init__(text)


@dataclass(frozen=True)
class Address:
    """Where the server is and how its certificate is checked."""

    name: str
    host: str
    port: int
    tls: bool = False
    ca: str = ""

    def __str__(self) -> str:
        return f"{self.name} ({self.host}:{self.port})"


@dataclass(frozen=True)
class Session:
    """An open connection. Statements without parameters are sent as they are, so `%` needs no doubling there."""

    connection: Any
    address: Address
    user: str

    def run(self, statement: str, parameters: Sequence[str] | None = None) -> list[tuple[Any, ...]]:
        """All rows. The statement's text never gets into an error, as it may hold a password."""
        with translated(self.address, self.user), self.connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall())

    def stream(self, statement: str) -> Iterator[tuple[Any, ...]]:
        """The rows one after the other, without keeping them; the first is the columns' types."""
        with translated(self.address, self.user), self.connection.cursor(pymysql.cursors.SSCursor) as cursor:
            cursor.execute(statement)
            yield tuple(column[1] for column in cursor.description)
            yield from cursor.fetchall_unbuffered()

    def column(self, statement: str, parameters: Sequence[str] | None = None) -> list[str]:
        """The first value of each row."""
        return [str(row[0]) for row in self.run(statement, parameters)]

    def value(self, statement: str) -> Any:
        """The one value of the one row; None where there is no row."""
        rows = self.run(statement)
        return rows[0][0] if rows else None

    def literal(self, text: str) -> str:
        """The text as a quoted string of this connection's SQL mode."""
        with self.connection.cursor() as cursor:
            return str(cursor.mogrify("%s", [text]))


@contextmanager
def session(address: Address, user: str, password: str, database: str | None = None) -> Iterator[Session]:
    """A connection that is closed at the end."""
    with _connected(address, user, password, database=database) as connection:
        yield Session(connection, address, user)


@contextmanager
def reader(address: Address, user: str, password: str) -> Iterator[Session]:
    """A connection whose values come as the server writes them, numbers and dates as text, binary as bytes."""
    with _connected(address, user, password, conv=dict(pymysql.converters.encoders)) as connection:
        yield Session(connection, address, user)


@contextmanager
def _connected(address: Address, user: str, password: str, **more: Any) -> Iterator[Any]:
    context = ssl.create_default_context(cadata=address.ca or None) if address.tls else None
    with translated(address, user):
        connection = pymysql.connect(
            host=address.host,
            port=address.port,
            user=user,
            password=password.encode(),  # the driver would take latin1
            charset="utf8mb4",
            ssl=context,
            connect_timeout=10,
            read_timeout=60,
            write_timeout=60,
            autocommit=True,
            # Whatever the server's own modes: grants are shown in backticks, texts are escaped with backslashes.
            init_command="SET SESSION sql_mode = 'TRADITIONAL', sql_quote_show_create = 1",
            **more,
        )
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def translated(address: Address, user: str) -> Iterator[None]:
    """The driver's errors as ours."""
    try:
        yield
    except pymysql.err.MySQLError as error:
        code = int(error.args[0]) if error.args and isinstance(error.args[0], int) else 0
        message = str(error.args[1]) if len(error.args) > 1 else type(error).__name__
        if why := clocks.distrust(message, clocks.now()):
            raise Refused(f"MySQL server {address} cannot be used: {why}.") from None
        raise _translate(address, user, code, message) from None
    except (OSError, RuntimeError) as error:  # TLS before the handshake; a plugin that the driver lacks
        raise Unavailable(f"MySQL server {address} cannot be used: {type(error).__name__}: {error}.") from None


def _translate(address: Address, user: str, code: int, message: str) -> ProvisioningError:
    if code in _LOGIN:
        return BadCredentials(
            f"MySQL server {address} refuses user {user} with this password ({code}): register the server again "
            "with the right one if this is the administrator."
        )
    if code in _DENIED:
        return Denied(f"MySQL server {address} does not let user {user} do that ({code}: {message}).")
    if code in _MAY_PASS:
        return Unavailable(f"MySQL server {address} cannot be used at the moment ({code}: {message}).")
    if code == 1064:  # the message quotes the statement
        return Answered(f"MySQL server {address} does not understand a statement of ours ({code}).", code)
    return Answered(f"MySQL server {address} refused user {user} ({code}: {message}).", code)
