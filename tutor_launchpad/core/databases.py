"""The schemas that Open edX and its plugins keep on a MySQL server, by the names of the settings that say so."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tutor_launchpad.core.types import Config

_TRIPLE = re.compile(r"([A-Z0-9_]+)_MYSQL_DATABASE")
OPENEDX = "openedx"


@dataclass(frozen=True)
class MysqlDatabase:
    """A schema and its user. All but `purpose`, a part of the schema's name on a server, are names of settings.

    `host`: where the plugin has a setting of its own for the server: a schema whose `host` somebody chose is on that
    server and not ours. `copies`: settings that repeat the schema's name.
    """

    purpose: str
    database: str
    username: str
    password: str
    host: str = ""
    copies: tuple[str, ...] = ()


SUPERSET = MysqlDatabase(
    "superset",
    "SUPERSET_DB_NAME",
    "SUPERSET_DB_USERNAME",
    "SUPERSET_DB_PASSWORD",
    host="SUPERSET_DB_HOST",
    copies=("SUPERSET_DB_METADATA_NAME",),
)
"""Aspects' dashboards."""


def own_databases(config: Config) -> list[MysqlDatabase]:
    """Every complete `<PLUGIN>_MYSQL_DATABASE/_USERNAME/_PASSWORD`, and what known plugins name in another way."""
    prefixes = [match.group(1) for match in map(_TRIPLE.fullmatch, config) if match]
    return [
        one
        for one in (*map(_triple, prefixes), SUPERSET)
        if {one.database, one.username, one.password} <= config.keys()
    ]


def _triple(prefix: str) -> MysqlDatabase:
    start = f"{prefix}_MYSQL_"
    return MysqlDatabase(prefix.lower(), f"{start}DATABASE", f"{start}USERNAME", f"{start}PASSWORD")
