"""The last copy of a schema is restored by the server's own client, to the same content."""

from __future__ import annotations

import gzip
import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from launchpad_workflows.requests import MySQL

from tests.integration.conftest import Runner
from tests.integration.copies import Copies, copies
from tests.integration.mysql.conftest import Sql, first

__all__ = ["copies"]
CONTENT = [
    "CREATE TABLE `odd ``name` (id INT AUTO_INCREMENT PRIMARY KEY, a VARCHAR(40), b BLOB, c DATETIME(6), d DECIMAL(10,2),"
    " e LONGTEXT, f BIT(5), g GEOMETRY, h DOUBLE, i ENUM('x','y'), j INT AS (d + 1) STORED, k TIMESTAMP NULL, l TIME, m YEAR,"
    " n INT UNSIGNED) CHARSET utf8mb4",
    "INSERT INTO `odd ``name` (a,b,c,d,e,f,g,h,i,k,l,m,n) VALUES ('größe ''q'' \"d\" \\\\ b',0x00ff1027,"
    "'2020-01-01 00:00:00.123456',1.50,'line1\nline2\t%s \\0',b'10101',POINT(1,2),1e300,'y','2020-06-01 12:00:00','-12:30:00',"
    "2024,4294967295), (NULL,'',NULL,NULL,'',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL), ('日本語 😀',NULL,NULL,-0.01,'{\"a\": 1}',"
    "0,NULL,-1.5,'x',NULL,'838:59:59',1901,0)",
    "CREATE TABLE parent (id INT PRIMARY KEY)",
    "CREATE TABLE child (id INT, FOREIGN KEY (id) REFERENCES parent (id))",
    "INSERT INTO parent VALUES (1)",
    "INSERT INTO child VALUES (1)",
    "CREATE VIEW zz AS SELECT a FROM `odd ``name`",
    "CREATE VIEW aa AS SELECT * FROM zz",
    "CREATE TRIGGER tr BEFORE INSERT ON parent FOR EACH ROW SET NEW.id = NEW.id",
    "CREATE PROCEDURE pr() BEGIN SELECT 1; SELECT 2; END",
    "CREATE FUNCTION fn(x INT) RETURNS INT DETERMINISTIC RETURN x + 1",
]


def described(sql: Sql, schema: str) -> list[Any]:
    """Every table's and view's definition and rows, and the names of the programs."""
    sql(f"USE `{schema}`")
    found: list[Any] = [sql(f"SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '{schema}'")]
    for (name,) in sql("SHOW TABLES"):
        quoted = f"`{name.replace('`', '``')}`"
        found += [str(sql(f"SHOW CREATE TABLE {quoted}")).replace(schema, "SCHEMA"), sql(f"SELECT * FROM {quoted}")]
    for table, column in (("TRIGGERS", "TRIGGER"), ("ROUTINES", "ROUTINE")):
        found.append(
            sql(f"SELECT {column}_NAME FROM information_schema.{table} WHERE {column}_SCHEMA = '{schema}' ORDER BY 1")
        )
    return found


def test_schema_comes_back_as_it_was(runner: Runner, resource: MySQL, sql: Sql, copies: Copies, tmp_path: Path) -> None:
    client = shutil.which("mariadb") or shutil.which("mysql")
    if client is None:
        pytest.skip("neither mariadb nor mysql is in PATH: nothing to restore with")
    runner.run(resource, "new")
    schema = first(resource).name
    sql(f"USE `{schema}`")
    for statement in CONTENT:
        sql(statement)
    before = described(sql, schema)

    outcome = runner.run(resource, operation="deprovision", stores=copies.stores, delete_data=True, dump=copies.dump)
    file = copies.fetch(tmp_path) / "mysql-main" / f"{schema}.sql.gz"
    sql(f"CREATE DATABASE `{schema}`")
    user, password = runner.server.administrator
    option = tmp_path / "client.cnf"
    option.write_text(
        f"[client]\nuser={user}\npassword={password}\nhost={runner.server.host}\nport={runner.server.port}\n"
    )
    subprocess.run([client, f"--defaults-file={option}", schema], input=gzip.decompress(file.read_bytes()), check=True)

    assert outcome.status == "removed"
    assert outcome.copies[0].sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert described(sql, schema) == before
