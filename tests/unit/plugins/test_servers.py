"""Instances with all plugins that use registered servers in place of databases in the namespace."""

from __future__ import annotations

import base64
import json

import pytest

from tests.unit.plugins.canaries import CANARIES
from tests.unit.plugins.combinations import ON_SERVERS, SERVERS
from tests.unit.plugins.conftest import Render
from tests.unit.plugins.rendering import Rendering
from tutor_launchpad.core.jobs import JOB_LABEL
from tutor_launchpad.core.private import SECRET_LABEL

SCHEMAS = ("openedx", "credentials", "discovery", "notes", "superset", "xqueue")


@pytest.fixture
def rendering(render: Render) -> Rendering:
    """All plugins but minio, with a server of each kind."""
    return render(ON_SERVERS, servers=SERVERS)


def test_every_plugin_gets_its_schema(rendering: Rendering) -> None:
    asked = {one["resource"]: one for one in rendering.request["resources"]}

    assert [one["name"] for one in asked["mysql"]["databases"]] == [f"openedx__{name}" for name in SCHEMAS]
    assert {one["username"] for one in asked["mysql"]["databases"]} == {"openedx__openedx"}
    assert set(asked["mongodb"]["databases"]) == {"openedx__openedx", "openedx__forum"}
    assert rendering.passwords["OPENEDX_MYSQL_PASSWORD"] == CANARIES["OPENEDX_MYSQL_PASSWORD"]


def test_servers_take_the_place_of_pods(rendering: Rendering) -> None:
    names = {item["metadata"]["name"] for item in rendering.of_kind("Deployment", "StatefulSet", "Service")}

    assert {"mysql", "mongodb", "minio"} & names == set()
    assert {"clickhouse", "elasticsearch", "meilisearch", "ralph", "redis", "superset"} <= names


def test_every_pod_is_told_the_servers_address(rendering: Rendering) -> None:
    text = json.dumps(rendering.built)

    assert "db.example.com" in text
    assert "mongo.example.com" in text
    assert '"mysql:3306"' not in text
    config = rendering.config
    assert config["SUPERSET_DB_HOST"] == "db.example.com"
    assert config["SUPERSET_METADATA_SQLALCHEMY_URI"].endswith("@db.example.com:3307/openedx__superset")


def test_init_jobs_create_no_database_and_no_user(rendering: Rendering) -> None:
    jobs = [item for item in rendering.built if item["kind"] == "Job"]
    scripts = {(item["metadata"]["labels"][JOB_LABEL], _script(item)) for item in jobs}
    on_mysql = [script for task, script in scripts if task == "mysql"]

    assert [script for _, script in scripts if "CREATE DATABASE" in script and "mysql" in script] == []
    assert len(on_mysql) == 1
    assert "INSERT" in on_mysql[0]  # Credentials copies users out of the LMS
    assert "openedx__credentials" in on_mysql[0]
    assert {"aspects", "clickhouse", "superset"} <= {task for task, _ in scripts}


def test_administrators_password_is_nowhere(rendering: Rendering) -> None:
    mounted = [item for item in rendering.secrets if SECRET_LABEL not in item["metadata"].get("labels", {})]
    hidden = [base64.b64decode(text) for item in mounted for text in item["data"].values()]

    assert [text for text in hidden if CANARIES["MYSQL_ROOT_PASSWORD"].encode() in text] == []
    assert [text for text in hidden if CANARIES["OPENEDX_MYSQL_PASSWORD"].encode() in text] != []


def _script(job: dict[str, object]) -> str:
    spec: dict[str, list[dict[str, list[str]]]] = job["spec"]["template"]["spec"]  # type: ignore[index]
    return spec["containers"][0]["args"][-1]
