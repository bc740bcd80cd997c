"""A schema as SQL, in the form that `mysqldump` writes and that `mysql` and `mariadb` restore.

Written here because the worker's image holds no client programs, and because MariaDB's own dumps begin with a line that
MySQL's client refuses. Values are sent as the server writes them: numbers as they are, text in quotes, all else as hex.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from pymysql.constants import FIELD_TYPE
from pymysql.converters import escape_string

from launchpad_workflows.errors import Refused
from launchpad_workflows.provisioners.base import Writer
from launchpad_workflows.provisioners.mysql.grants import quote
from launchpad_workflows.provisioners.mysql.session import Session

_NUMBERS = {
    FIELD_TYPE.DECIMAL, FIELD_TYPE.NEWDECIMAL, FIELD_TYPE.TINY, FIELD_TYPE.SHORT, FIELD_TYPE.LONG, FIELD_TYPE.INT24,
    FIELD_TYPE.LONGLONG, FIELD_TYPE.FLOAT, FIELD_TYPE.DOUBLE, FIELD_TYPE.YEAR,
}  # fmt: skip
_HEAD = """\
SET NAMES utf8mb4;
SET @old_time_zone=@@TIME_ZONE, TIME_ZONE='+00:00';
SET @old_unique_checks=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0;
SET @old_foreign_key_checks=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0;
SET @old_sql_mode=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO';
"""
_TAIL = """\
SET TIME_ZONE=@old_time_zone;
SET SQL_MODE=@old_sql_mode;
SET FOREIGN_KEY_CHECKS=@old_foreign_key_checks;
SET UNIQUE_CHECKS=@old_unique_checks;
-- Dump completed
"""
_MOST = 1 << 20
"""Bytes of one INSERT, far below any server's `max_allowed_packet`."""
_PROGRAMS = {"TRIGGER": "TRIGGERS", "PROCEDURE": "ROUTINES", "FUNCTION": "ROUTINES", "EVENT": "EVENTS"}


def dump_schema(admin: Session, schema: str, file: Writer) -> None:
    """Tables with their rows as of one moment, then views, triggers, routines and events."""
    admin.run("SET SESSION time_zone = '+00:00', net_write_timeout = 600")
    admin.run("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    admin.run(f"USE {quote(schema)}")
    admin.run("START TRANSACTION WITH CONSISTENT SNAPSHOT")
    for line in _statements(admin, schema):
        file.write(line.encode())


def _statements(admin: Session, schema: str) -> Iterator[str]:
    yield f"-- Schema {schema} of {admin.address}, server {admin.value('SELECT VERSION()')}\n{_HEAD}"
    tables = admin.run(
        "SELECT TABLE_NAME, TABLE_TYPE FROM information_schema.TABLES WHERE TABLE_SCHEMA = %s ORDER BY TABLE_NAME",
        [schema],
    )
    unknown = sorted({str(kind) for _, kind in tables} - {"BASE TABLE", "VIEW"})
    if unknown:
        raise Refused(f"Database {schema} holds a {unknown[0]}, which cannot be copied: dump it with your own tools.")
    views = [str(name) for name, kind in tables if kind == "VIEW"]
    for name, kind in tables:
        if kind == "BASE TABLE":
            yield from _table(admin, schema, str(name))
    yield from (_stand_in(admin, schema, view) for view in views)
    for program, table in _PROGRAMS.items():
        yield from _programs(admin, schema, program, table)
    yield from (_view(admin, view) for view in views)
    yield _TAIL


def _table(admin: Session, schema: str, name: str) -> Iterator[str]:
    table = quote(name)
    yield f"DROP TABLE IF EXISTS {table};\n{admin.run(f'SHOW CREATE TABLE {table}')[0][1]};\n"
    columns = admin.run(
        "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s"
        " AND COALESCE(GENERATION_EXPRESSION, '') = '' ORDER BY ORDINAL_POSITION",
        [schema, name],
    )
    listed = ", ".join(quote(str(column)) for (column,) in columns)
    rows = admin.stream(f"SELECT {listed} FROM {table}")
    types = next(rows)
    yield from _inserts(f"INSERT INTO {table} ({listed}) VALUES\n", (_row(types, row) for row in rows))


def _inserts(head: str, rows: Iterable[str]) -> Iterator[str]:
    batch: list[str] = []
    size = 0
    for row in rows:
        if batch and size + len(row) > _MOST:
            yield f"{head}{','.join(batch)};\n"
            batch, size = [], 0
        batch.append(row)
        size += len(row)
    if batch:
        yield f"{head}{','.join(batch)};\n"


def _row(types: tuple[Any, ...], row: tuple[Any, ...]) -> str:
    return f"({','.join(_value(kind, value) for kind, value in zip(types, row, strict=True))})"


def _value(kind: int, value: str | bytes | None) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"0x{value.hex()}" if value else "''"
    return value if kind in _NUMBERS else f"'{escape_string(value)}'"


def _stand_in(admin: Session, schema: str, view: str) -> str:
    """A view of the same columns, so that others that read it can be made before it."""
    columns = admin.column(
        "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = %s AND TABLE_NAME = %s"
        " ORDER BY ORDINAL_POSITION",
        [schema, view],
    )
    listed = ", ".join(f"1 AS {quote(column)}" for column in columns)
    return f"DROP VIEW IF EXISTS {quote(view)};\nCREATE VIEW {quote(view)} AS SELECT {listed};\n"


def _view(admin: Session, view: str) -> str:
    created = str(admin.run(f"SHOW CREATE VIEW {quote(view)}")[0][1])
    return f"{created.replace('CREATE', 'CREATE OR REPLACE', 1)};\n"


def _programs(admin: Session, schema: str, kind: str, table: str) -> Iterator[str]:
    """What holds statements of its own, each with the SQL mode that it was made in."""
    column = table.removesuffix("S")
    only = f" AND ROUTINE_TYPE = '{kind}'" if table == "ROUTINES" else ""
    names = admin.column(
        f"SELECT {column}_NAME FROM information_schema.{table} WHERE {column}_SCHEMA = %s{only} ORDER BY 1", [schema]
    )
    for name in names:
        found = admin.run(f"SHOW CREATE {kind} {quote(name)}")[0]
        mode, text = str(found[1]), found[3 if kind == "EVENT" else 2]
        if text is None:
            raise Refused(f"{kind.capitalize()} {name} cannot be read by user {admin.user}: give it that right.")
        yield f"SET SQL_MODE='{mode}';\nDELIMITER ;;\n{text};;\nDELIMITER ;\nSET SQL_MODE='NO_AUTO_VALUE_ON_ZERO';\n"
