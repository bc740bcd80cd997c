"""Which schemas an instance keeps on a MySQL server, also where a plugin names its settings in its own way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tutor_launchpad.core.databases import SUPERSET, MysqlDatabase, own_databases
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.resources import Server, Wanted, plan_mysql
from tutor_launchpad.core.types import Config

SERVER = Server("mysql", "main", "direct", {"host": "db.example.com", "port": 3306})
OPENEDX = {f"OPENEDX_MYSQL_{part}": "openedx" for part in ("DATABASE", "USERNAME", "PASSWORD")}
ASPECTS = {
    "SUPERSET_DB_NAME": "superset",
    "SUPERSET_DB_METADATA_NAME": "superset",
    "SUPERSET_DB_USERNAME": "superset",
    "SUPERSET_DB_HOST": "{{ MYSQL_HOST }}",
    "SUPERSET_DB_PASSWORD": "pw-superset",
}
DEFAULTS: Config = {**OPENEDX, **ASPECTS, "MYSQL_HOST": "mysql"}


def _wanted(**chosen: str) -> Wanted:
    config = {**DEFAULTS, "SUPERSET_DB_HOST": "mysql", **chosen}
    return Wanted("moon", config, chosen, DEFAULTS, tuple(own_databases(config)))


def test_complete_triples_are_schemas() -> None:
    half = {"HALF_MYSQL_DATABASE": "half", "HALF_MYSQL_USERNAME": "half"}

    found = own_databases({**OPENEDX, **half, "X_MYSQL_HOST": "x"})

    names = ("OPENEDX_MYSQL_DATABASE", "OPENEDX_MYSQL_USERNAME", "OPENEDX_MYSQL_PASSWORD")
    assert found == [MysqlDatabase("openedx", *names)]


def test_superset_is_one_where_aspects_is_enabled() -> None:
    assert SUPERSET in own_databases(DEFAULTS)
    assert SUPERSET not in own_databases(OPENEDX)


def test_superset_gets_a_schema_of_the_instance_and_its_user() -> None:
    plan = plan_mysql(_wanted(), SERVER)

    assert [one["name"] for one in plan.part["databases"]] == ["moon__openedx", "moon__superset"]
    assert {name: plan.overrides[name] for name in ASPECTS if name != "SUPERSET_DB_HOST"} == {
        "SUPERSET_DB_NAME": "moon__superset",
        "SUPERSET_DB_METADATA_NAME": "moon__superset",
        "SUPERSET_DB_USERNAME": "moon__openedx",
        "SUPERSET_DB_PASSWORD": "openedx",
    }


@pytest.mark.parametrize(("host", "ours"), [("pg.example.com", False), ("db.example.com", True), ("", True)])
def test_schema_on_a_server_that_somebody_chose_is_left_alone(host: str, ours: bool) -> None:
    plan = plan_mysql(_wanted(SUPERSET_DB_HOST=host), SERVER)

    assert ("moon__superset" in [one["name"] for one in plan.part["databases"]]) is ours
    assert ("SUPERSET_DB_NAME" in plan.overrides) is ours


def test_announced_settings_that_nobody_has_are_refused() -> None:
    strange = MysqlDatabase("strange", "STRANGE_SCHEMA", "OPENEDX_MYSQL_USERNAME", "STRANGE_PASSWORD")

    with pytest.raises(Refused, match="MYSQL_DATABASES names STRANGE_SCHEMA, STRANGE_PASSWORD for strange"):
        plan_mysql(replace(_wanted(), mysql_databases=(strange,)), SERVER)
