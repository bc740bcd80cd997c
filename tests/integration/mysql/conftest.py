"""A server, an instance's resource on it, and the administrator's own connection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pymysql
import pytest
from launchpad_workflows import names
from launchpad_workflows.requests import MySQL, MySQLDatabase

from tests.integration.conftest import Runner, Server, named_server

Sql = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture
def runner(instance: str) -> Runner:
    return Runner(named_server("LAUNCHPAD_TEST_MYSQL", "mysql"), instance)


@pytest.fixture
def resource(runner: Runner) -> MySQL:
    user = names.mysql_user(runner.instance, "openedx")
    databases = tuple(
        MySQLDatabase(name=names.mysql_database(runner.instance, purpose), username=user, password_key="P")
        for purpose in ("openedx", "notes")
    )
    return MySQL(server="main", host=runner.server.host, port=runner.server.port, databases=databases)


@contextmanager
def connect(server: Server) -> Iterator[Sql]:
    """Statements of the administrator."""
    user, password = server.administrator
    connection = pymysql.connect(host=server.host, port=server.port, user=user, password=password)

    def run(statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            connection.commit()
            return list(cursor.fetchall())

    yield run
    connection.close()


@pytest.fixture
def sql(runner: Runner, resource: MySQL) -> Iterator[Sql]:
    with connect(runner.server) as run:
        yield run
        for database in resource.databases:
            run(f"DROP DATABASE IF EXISTS `{database.name}`")
        for generation in (1, 2):
            run(f"DROP USER IF EXISTS '{user_of(resource, generation)}'@'%'")


def first(resource: MySQL) -> MySQLDatabase:
    return resource.databases[0]


def user_of(resource: MySQL, generation: int = 1) -> str:
    """The instance's user."""
    return next(iter(resource.model_copy(update={"generation": generation}).users()))
