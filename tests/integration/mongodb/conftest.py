"""A server, an instance's resource on it, and the administrator's own client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from launchpad_workflows import names
from launchpad_workflows.requests import MongoDB
from pymongo import MongoClient

from tests.integration.conftest import Runner, named_server

Admin = MongoClient[dict[str, Any]]


@pytest.fixture
def runner(instance: str) -> Runner:
    return Runner(named_server("LAUNCHPAD_TEST_MONGODB", "mongodb"), instance)


@pytest.fixture
def resource(runner: Runner) -> MongoDB:
    return MongoDB(
        server="main",
        host=runner.server.host,
        port=runner.server.port,
        databases=tuple(names.mongodb_database(runner.instance, purpose) for purpose in ("openedx", "forum")),
        username=names.mongodb_user(runner.instance, "openedx"),
        password_key="P",
    )


@pytest.fixture
def admin(runner: Runner, resource: MongoDB) -> Iterator[Admin]:
    user, password = runner.server.administrator
    client: Admin = MongoClient(runner.server.host, runner.server.port, username=user, password=password)
    yield client
    for name in resource.databases:
        client.drop_database(name)
    for generation in (1, 2):
        if has_user(client, user_of(resource, generation)):
            client.admin.command("dropUser", user_of(resource, generation))
    client.close()


def user_of(resource: MongoDB, generation: int = 1) -> str:
    """The instance's user."""
    return resource.model_copy(update={"generation": generation}).users()[0]


def has_user(admin: Admin, name: str) -> bool:
    """Whether the server knows it."""
    return bool(admin.admin.command("usersInfo", {"user": name, "db": "admin"})["users"])
