"""Schemas of a managed MySQL cluster: made by the API's stand-in on a real MariaDB, reached by TLS alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pymysql
import pytest
from launchpad_workflows import names
from launchpad_workflows.requests import ManagedMySQL, MySQLDatabase

from tests.integration.conftest import Runner, named_server
from tests.integration.digitalocean.conftest import TOKEN
from tests.integration.digitalocean.databases import CLUSTER, Cluster
from tests.integration.digitalocean.failing import FAULTS, provision_failing, remove_failing
from tests.integration.digitalocean.stand_in import Fault, StandIn
from tests.integration.digitalocean.tls import before, make_authority

SCOPES = frozenset({"database:read", "database:create", "database:delete"})


@dataclass
class Managed:
    """An instance's resource on the cluster, what runs it, the stand-in, and the administrator's SQL."""

    runner: Runner
    resource: ManagedMySQL
    api: StandIn
    cluster: Cluster
    sql: Callable[[str], list[tuple[Any, ...]]]

    def run(self, *arguments: Any, **more: Any) -> Any:
        return self.runner.run(self.resource, *arguments, **more)

    @property
    def schema(self) -> str:
        return self.resource.databases[0].name


@pytest.fixture
def managed(api: StandIn, instance: str, tmp_path: Path) -> Iterator[Managed]:
    server = named_server("LAUNCHPAD_TEST_MYSQL", "mysql")
    user, password = server.administrator
    connection = pymysql.connect(host=server.host, port=server.port, user=user, password=password, autocommit=True)
    authority = make_authority(tmp_path)

    def sql(statement: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    cluster = Cluster(
        "mysql",
        authority.certificate,
        names=lambda: [str(row[0]) for row in sql("SHOW DATABASES")],
        create=lambda name: sql(f"CREATE DATABASE `{name}` CHARACTER SET latin1"),
        drop=lambda name: sql(f"DROP DATABASE `{name}`"),
    )
    api.routes, api.tokens = cluster.routes(), {TOKEN: SCOPES}
    database = MySQLDatabase(
        name=names.mysql_database(instance, "openedx"),
        username=names.mysql_user(instance, "openedx"),
        password_key="P",
    )
    describe = partial(ManagedMySQL, server="main", host="127.0.0.1", cluster=CLUSTER, api=api.address)
    with before(server.host, server.port, authority, mysql=True) as port:
        resource = describe(port=port, databases=(database,))
        yield Managed(Runner(server, instance, token=TOKEN), resource, api, cluster, sql)
    sql(f"DROP DATABASE IF EXISTS `{database.name}`")
    for name in (database.username, f"{database.username}__2"):
        sql(f"DROP USER IF EXISTS '{name}'@'%'")
    connection.close()


def posts(api: StandIn) -> list[str]:
    return [line for line in api.seen if not line.startswith("GET")]


def test_schema_is_made_by_the_api_and_its_user_by_sql(managed: Managed) -> None:
    made = managed.run("new")
    again = managed.run()

    assert (made.status, made.isolated, again.status) == ("created", True, "unchanged")
    assert posts(managed.api) == [f"POST /v2/databases/{CLUSTER}/dbs"]
    charset = f"SELECT DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '{managed.schema}'"
    assert managed.sql(charset) == [("utf8mb4_unicode_ci",)]


def test_certificate_of_another_authority_is_refused(managed: Managed, tmp_path: Path) -> None:
    managed.cluster.certificate = make_authority(tmp_path).certificate

    outcome = managed.run("new")

    assert (outcome.status, outcome.may_pass) == ("failed", False)
    assert "its certificate is not trusted" in outcome.details[-1]


@pytest.mark.parametrize("status", [409, 422, 400])
def test_schema_that_somebody_makes_meanwhile_is_refused(managed: Managed, status: int) -> None:
    def make_before() -> list[str]:
        if not any(line.startswith("POST") for line in managed.api.seen):
            return []
        managed.sql(f"CREATE DATABASE IF NOT EXISTS `{managed.schema}`")
        return [managed.schema]

    managed.cluster.conflict, managed.cluster.names = status, make_before

    outcome = managed.run("new")

    assert (outcome.status, outcome.may_pass, "was not touched" in outcome.details[-1]) == ("failed", False, True)


def test_schema_that_the_api_does_not_know_goes_all_the_same(managed: Managed) -> None:
    managed.run("new")
    managed.cluster.names = list

    removed = managed.run(operation="deprovision", delete_data=True)

    assert (removed.status, managed.run(operation="deprovision", delete_data=True).status) == ("removed", "absent")


def test_second_user_takes_over(managed: Managed) -> None:
    managed.run("new")

    prepared = managed.run(operation="rotate", step="prepare")
    managed.runner.password = managed.runner.following
    after = managed.resource.model_copy(update={"generation": prepared.generation})
    retired = managed.runner.run(after, operation="rotate", step="retire")

    assert (prepared.status, retired.status, managed.runner.run(after).status) == ("prepared", "retired", "unchanged")


def test_access_goes_first_and_what_is_there_is_inspected(managed: Managed) -> None:
    managed.run("new")

    assert managed.run(operation="verify").status == "verified"
    assert managed.run(operation="deprovision").status == "revoked"
    found = managed.run(operation="inspect", orphans=True)
    states = {one.kind: one.state for one in found.things if one.name != f"{managed.resource.databases[0].username}__2"}
    assert states == {"user": "missing", "database": "right"}
    assert f"database/{managed.schema}" in found.elsewhere


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_missing_scope_is_named(managed: Managed, scope: str) -> None:
    if scope == "database:delete":
        managed.run("new")
    managed.api.tokens = {TOKEN: SCOPES - {scope}}

    operation = "deprovision" if scope == "database:delete" else "provision"
    outcome = managed.run("ours", operation=operation, **({"delete_data": True} if operation == "deprovision" else {}))

    assert (outcome.status, outcome.may_pass) == ("failed", False)
    assert f"the scope {scope}" in "".join(outcome.details)


def test_check_asks_both_and_refuses_another_engine(managed: Managed) -> None:
    fine = managed.run(operation="check").details[0]
    managed.cluster.engine = "pg"
    wrong = managed.run(operation="check")

    assert "MariaDB; DigitalOcean's cluster backend is online" in fine.replace("-0+deb12u1", "")
    assert (wrong.status, "is of pg, not of mysql" in wrong.details[-1]) == ("failed", True)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_provisioning_is_finished_by_a_repeat_wherever_the_api_failed(managed: Managed, fault: Fault) -> None:
    for _ in provision_failing(managed.api, managed.run, fault):
        assert managed.schema in managed.cluster.names()


@pytest.mark.slow
def test_removal_is_finished_by_a_repeat_wherever_the_api_failed(managed: Managed) -> None:
    for _ in remove_failing(managed.api, managed.run, "lost"):
        assert managed.schema not in managed.cluster.names()
