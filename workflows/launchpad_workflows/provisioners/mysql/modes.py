"""Modes of a whole server with which services of Open edX do not get along. They are the operator's to change."""

from __future__ import annotations

from collections.abc import Iterator

from launchpad_workflows.provisioners.mysql.session import UNKNOWN_VARIABLE, Answered, Session


def hindrances(admin: Session) -> Iterator[str]:
    """One sentence on each that is on."""
    if _value(admin, "sql_require_primary_key") == "1":
        yield (
            "sql_require_primary_key is on: migrations that make or change a table without a primary key fail. Turn it off "
            "in the server's configuration"
        )
    if "ANSI_QUOTES" in _value(admin, "sql_mode").split(","):
        yield (
            'sql_mode has ANSI_QUOTES (in ANSI): services that do not set a mode of their own fail at texts in "quotes". '
            "Take it out of the server's configuration"
        )


def _value(admin: Session, variable: str) -> str:
    try:
        return str(admin.value(f"SELECT @@GLOBAL.{variable}"))
    except Answered as error:
        if error.code == UNKNOWN_VARIABLE:  # MariaDB has no such thing
            return ""
        raise
