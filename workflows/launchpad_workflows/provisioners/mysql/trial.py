"""What an instance's user must be able to do, and what it must not."""

from __future__ import annotations

from launchpad_workflows.errors import NotIsolated, Refused
from launchpad_workflows.provisioners.base import PROBE
from launchpad_workflows.provisioners.mysql.session import Denied, Session

_HARMLESS = {"information_schema", "performance_schema"}
_NEIGHBOUR = f"{PROBE}_neighbour"
_FORBIDDEN = {
    "USE mysql": "",
    f"CREATE DATABASE {_NEIGHBOUR}": f"DROP DATABASE {_NEIGHBOUR}",
    f"CREATE USER {_NEIGHBOUR}": f"DROP USER {_NEIGHBOUR}",
    "SET GLOBAL max_connect_errors = 100": "",
}
"""Statement → what takes it back, should it go through."""


def use(own: Session) -> None:
    """A table with a key, as some servers refuse others, from its making to its removal."""
    own.run(f"DROP TABLE IF EXISTS {PROBE}")
    own.run(f"CREATE TABLE {PROBE} (id INT PRIMARY KEY, text VARCHAR(10))")
    own.run(f"INSERT INTO {PROBE} VALUES (1, 'own')")
    text = own.value(f"SELECT text FROM {PROBE} WHERE id = 1")
    own.run(f"DROP TABLE {PROBE}")
    if text != "own":
        raise Refused(f"MySQL server {own.address} does not give back what user {own.user} wrote.")


def stay_out(own: Session, allowed: set[str]) -> None:
    """Raises `NotIsolated` where the user sees another schema or may administer."""
    visible = set(own.column("SHOW DATABASES")) - _HARMLESS - allowed
    if visible:
        raise NotIsolated(
            f"User {own.user} of MySQL server {own.address} can see schema {sorted(visible)[0]}: take away the rights "
            "that every user has there (anonymous users, `test` schemas; mysql_secure_installation does)."
        )
    for statement, undo in _FORBIDDEN.items():
        try:
            own.run(statement)
        except Denied:
            continue
        if undo:
            own.run(undo)
        raise NotIsolated(f"User {own.user} of MySQL server {own.address} may do {statement!r}.")
