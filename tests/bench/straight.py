"""What somebody would write without Launchpad: `python -m tests.bench.straight make|remove INSTANCE`.

Databases, users, a bucket and its key, one after the other. It looks at nothing before and tries nothing after.
"""

from __future__ import annotations

import sys
from typing import Any

import boto3
import pymysql
from minio.credentials.providers import StaticProvider
from minio.minioadmin import MinioAdmin
from pymongo import MongoClient

from tests.bench.servers import OWN, servers
from tests.integration.conftest import Server


def mysql(server: Server, name: str, *, make: bool) -> None:
    """A schema and its user."""
    user, password = server.administrator
    connection = pymysql.connect(host=server.host, port=server.port, user=user, password=password)
    made = (
        f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci",
        f"CREATE USER {name}@'%' IDENTIFIED BY '{OWN['MYSQL']}'",
        f"GRANT ALL ON {name}.* TO {name}@'%'",
    )
    with connection, connection.cursor() as cursor:
        for statement in made if make else (f"DROP USER {name}@'%'", f"DROP DATABASE {name}"):
            cursor.execute(statement)


def mongodb(server: Server, name: str, *, make: bool) -> None:
    """Two databases and their user."""
    client: MongoClient[dict[str, Any]] = MongoClient(server.url.geturl())
    databases = [name, f"{name}_forum"]
    if make:
        roles = [{"role": "readWrite", "db": one} for one in databases]
        client["admin"].command("createUser", name, pwd=OWN["MONGODB"], roles=roles)
        for one in databases:
            client[one]["marker"].insert_one({"made": True})
    else:
        client["admin"].command("dropUser", name)
        for one in databases:
            client.drop_database(one)
    client.close()


def storage(server: Server, name: str, *, make: bool) -> None:
    """A bucket, and a key with a policy for it."""
    key, secret = server.administrator
    bucket = name.replace("_", "-")
    s3 = boto3.client("s3", endpoint_url=server.endpoint, aws_access_key_id=key, aws_secret_access_key=secret)
    admin = MinioAdmin(endpoint=f"{server.host}:{server.port}", credentials=StaticProvider(key, secret), secure=False)
    if make:
        s3.create_bucket(Bucket=bucket)
        admin.user_add(bucket, OWN["STORAGE"])
        arns = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
        allowed = {"Effect": "Allow", "Action": ["s3:*"], "Resource": arns}
        admin.policy_add(bucket, policy={"Version": "2012-10-17", "Statement": [allowed]})
        admin.attach_policy([bucket], user=bucket)
    else:
        admin.user_remove(bucket)
        admin.policy_remove(bucket)
        s3.delete_bucket(Bucket=bucket)


def main(what: str, instance: str) -> None:
    """All three."""
    known, name = servers(), instance.replace("-", "_")
    mysql(known["mysql"], name, make=what == "make")
    mongodb(known["mongodb"], name, make=what == "make")
    storage(known["storage"], name, make=what == "make")


if __name__ == "__main__":
    main(*sys.argv[1:])
