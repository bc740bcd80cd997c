"""The commands that a plan gives for moving data, run by a shell against real servers.

Programs of the cluster and of the operator are stood in for: `kubectl exec` runs its command here, and `tutor config
printvalue` prints the instance's password. What dumps, loads and copies is real.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("boto3.session", exc_type=ImportError)

import boto3
import pymysql
from launchpad_workflows import names
from launchpad_workflows.provisioners.storage.client import Address
from launchpad_workflows.provisioners.storage.users import Users
from launchpad_workflows.requests import Bucket, MySQL, MySQLDatabase, Storage

from tests.integration.conftest import Runner, Server, named_server
from tests.integration.storage.conftest import remove_bucket
from tutor_launchpad.core.data.advice import move
from tutor_launchpad.core.data.places import Place

PROGRAMS = {
    # kubectl -n NAME exec -i deploy/mysql -- sh -c COMMAND
    "kubectl": 'shift 6; exec sh -c "$(echo "$3" | sed "s/--user=root/--user=$ADMIN --host=$DB_HOST --port=$DB_PORT/")"',
    "tutor": 'exec printf "%s\\n" "$PASSWORD"',
}


def _run(lines: tuple[str, ...], folder: Path, **environment: str) -> None:
    """Run each command of an advice, in its order."""
    for name, text in PROGRAMS.items():
        (folder / name).write_text(f"#!/bin/bash\n{text}\n")
        (folder / name).chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "RCLONE_"))}
    given = {**kept, **environment, "PATH": f"{folder}:{os.environ['PATH']}"}
    for line in lines[:-1]:
        command = line.split(": ", 1)[1]
        ran = subprocess.run(
            ["bash", "-c", command], cwd=folder, env=given, capture_output=True, text=True, check=False, timeout=120
        )
        assert ran.returncode == 0, command + ran.stderr


@pytest.fixture
def mysql(instance: str, cleanups: list[Callable[[], object]]) -> Runner:
    """An instance whose database is made on the server; beside it, as the namespace's own, another one."""
    runner = Runner(named_server("LAUNCHPAD_TEST_MYSQL", "mysql"), instance)
    server = runner.server
    database = MySQLDatabase(name=_new(instance), username=names.mysql_user(instance, "openedx"), password_key="P")
    runner.run(MySQL(server="main", host=server.host, port=server.port, databases=(database,)), "new")
    cleanups.append(lambda: _sql(server, f"DROP USER {database.username}"))
    cleanups += [partial(_sql, server, f"DROP DATABASE {name}") for name in (_new(instance), _old(instance))]
    _sql(server, f"CREATE DATABASE {_old(instance)} CHARACTER SET utf8mb4")
    return runner


def _new(instance: str) -> str:
    return names.mysql_database(instance, "openedx")


def _old(instance: str) -> str:
    return f"old_{instance.replace('-', '_')}"


def _sql(server: Server, statement: str) -> list[tuple[Any, ...]]:
    user, password = server.administrator
    connection = pymysql.connect(host=server.host, port=server.port, user=user, password=password, autocommit=True)
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


@pytest.mark.skipif(shutil.which("mysqldump") is None, reason="mysqldump is not installed")
@pytest.mark.parametrize("back", [False, True], ids=["to a server", "back"])
def test_rows_move_into_a_database_that_init_jobs_have_filled(mysql: Runner, tmp_path: Path, back: bool) -> None:
    server, old, new = mysql.server, _old(mysql.instance), _new(mysql.instance)
    source, target = (new, old) if back else (old, new)
    _sql(server, f"CREATE TABLE {source}.learners (id INT PRIMARY KEY, name VARCHAR(40))")
    _sql(server, f"INSERT INTO {source}.learners VALUES (1, 'Zoë 🚀')")
    _sql(server, f"CREATE TABLE {target}.learners (id INT PRIMARY KEY)")
    inside = Place("namespace", names={"OPENEDX_MYSQL_DATABASE": old})
    user = {"OPENEDX_MYSQL_USERNAME": names.mysql_user(mysql.instance, "openedx")}
    places = [inside, Place("server", "main", f"{server.host}:{server.port}", {"OPENEDX_MYSQL_DATABASE": new}, user)]
    admin, password = server.administrator
    pod = {"DB_HOST": server.host, "DB_PORT": str(server.port), "ADMIN": admin, "MYSQL_ROOT_PASSWORD": password}

    _run(move("moon", "mysql", *(places[::-1] if back else places)), tmp_path, PASSWORD=mysql.password, **pod)

    assert _sql(server, f"SELECT * FROM {target}.learners") == [(1, "Zoë 🚀")]


@pytest.fixture
def storage(instance: str, cleanups: list[Callable[[], object]]) -> Runner:
    """An instance whose bucket is made on the store."""
    runner = Runner(
        named_server("LAUNCHPAD_TEST_S3", "storage"), instance, password="secret-key-of-an-instance-0123456789"
    )
    key, bucket = names.access_key(instance, "openedx"), names.bucket(instance, "openedx")
    endpoint = runner.server.endpoint
    wanted = Storage(
        server="main", endpoint=endpoint, buckets=(Bucket(name=bucket),), access_key=key, secret_key_key="P"
    )
    users = Users(Address("main", endpoint, "us-east-1"), *runner.server.administrator)
    cleanups += [lambda: users._admin.policy_remove(f"launchpad-{key}"), lambda: users._admin.user_remove(key)]
    cleanups.append(lambda: _remove_buckets(runner))
    runner.run(wanted, "new")
    return runner


def _s3(server: Server) -> Any:
    user, password = server.administrator
    session = boto3.session.Session(user, password, region_name="us-east-1")
    return session.client("s3", endpoint_url=server.endpoint)


def _remove_buckets(runner: Runner) -> None:
    for name in _buckets(runner):
        remove_bucket(_s3(runner.server), name)


def _buckets(runner: Runner) -> list[str]:
    found = _s3(runner.server).list_buckets()["Buckets"]
    return [one["Name"] for one in found if one["Name"].startswith(runner.instance)]


def _remote(name: str, server: Server, key: str, secret: str) -> dict[str, str]:
    """A remote of rclone, as the page describes it."""
    values = {"TYPE": "s3", "PROVIDER": "Minio", "ENDPOINT": server.endpoint}
    values |= {"ACCESS_KEY_ID": key, "SECRET_ACCESS_KEY": secret}
    return {f"RCLONE_CONFIG_{name}_{part}": value for part, value in values.items()}


@pytest.mark.skipif(shutil.which("rclone") is None, reason="rclone is not installed")
def test_files_move_to_where_open_edx_looks_for_them(storage: Runner, tmp_path: Path) -> None:
    server, s3 = storage.server, _s3(storage.server)
    media, learning = f"{storage.instance}-media", f"{storage.instance}-learning"
    for bucket, path in ((media, "openedx/media/profile-images/a.jpg"), (media, "b.txt"), (learning, "c.png")):
        if bucket not in _buckets(storage):
            s3.create_bucket(Bucket=bucket)
        s3.put_object(Bucket=bucket, Key=path, Body=path.encode())
    new, key = names.bucket(storage.instance, "openedx"), names.access_key(storage.instance, "openedx")
    inside = Place("namespace", names={"MINIO_BUCKET_NAME": media, "MINIO_OPENEDX_LEARNING_BUCKET_NAME": learning})
    outside = Place("server", "main", server.endpoint, {"LAUNCHPAD_S3_BUCKET": new})
    remotes = _remote("OLD", server, *server.administrator) | _remote("NEW", server, key, storage.password)

    _run(move("moon", "storage", inside, outside), tmp_path, **remotes)

    found = {
        one["Key"]: s3.get_object(Bucket=new, Key=one["Key"]) for one in s3.list_objects_v2(Bucket=new)["Contents"]
    }
    assert set(found) >= {"profile-images/a.jpg", "b.txt", "openedx-learning/c.png"}
    assert found["profile-images/a.jpg"]["Body"].read() == b"openedx/media/profile-images/a.jpg"
