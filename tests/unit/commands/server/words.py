"""`tutor launchpad server add` as it is typed for each kind of server."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

from click.testing import CliRunner, Result

from tutor_launchpad.commands import launchpad

PASSWORD = "h1dden-passw0rd"
GIVEN = ["--user", "root", "--password-file", "-"]
MYSQL = ["mysql", "main", "--host", "db.example.com"]
MONGODB = ["mongodb", "main", "--host", "mongo.example.com"]
MANAGED = [*MYSQL, "--provider", "digitalocean", "--option", "cluster=9cc10173-e9ea-4176-9dbc-a4cee4c4ff30"]
SPACES = ["storage", "main", "--endpoint", "https://nyc3.example.com", "--provider", "spaces"]
ATLAS = [
    "mongodb",
    "main",
    "--provider",
    "atlas",
    "--host",
    "mongodb+srv://main-0.ab1cd.mongodb.net",
    "--option",
    "cluster=Main-0",
]
PROJECT = ["--option", "project=0123456789abcdef01234567"]
AWS = ["storage", "main", "--provider", "s3", "--region", "eu-central-1"]
STORAGE = ["storage", "main", "--endpoint", "https://s3.example.com"]


def add(root: Path, *words: str) -> Result:
    """`server add` with credentials on standard input."""
    return CliRunner().invoke(
        launchpad, ["server", "add", *words, *GIVEN, "--no-cluster"], input=PASSWORD, obj=SimpleNamespace(root=root)
    )
