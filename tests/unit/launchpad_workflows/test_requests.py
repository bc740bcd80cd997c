from __future__ import annotations

import json
from typing import Any

import pytest
from launchpad_workflows.requests import Bucket, MongoDB, MySQL, MySQLDatabase, Request, Storage
from pydantic import ValidationError

from tests.unit.launchpad_workflows.fake_server import FakeResource
from tests.unit.launchpad_workflows.fakes import fake_request, mysql_request

DATABASE = {"name": "db", "username": "u", "password_key": "P"}
MYSQL = {"resource": "mysql", "provider": "direct", "server": "main", "host": "db", "databases": [DATABASE]}
MONGODB = {"resource": "mongodb", "server": "main", "host": "db"}
SPACES = {"resource": "storage", "provider": "spaces", "server": "main", "endpoint": "https://nyc3.example"}
STORAGE = {"resource": "storage", "provider": "minio", "server": "main", "endpoint": "https://s3.example"}


def test_request_survives_its_own_json() -> None:
    request = Request(
        instance="alpha",
        resources=(
            *mysql_request().resources,
            MongoDB(server="main", host="db", databases=("a",), username="u", password_key="P"),
            Storage(
                server="main",
                endpoint="http://s3:9000",
                buckets=(Bucket(name="abc"),),
                access_key="key",
                secret_key_key="K",
            ),
            FakeResource(server="main", claims={"thing/thing": "ours"}),
        ),
    )

    assert Request.model_validate_json(request.to_json()) == request


def test_provider_may_be_left_out() -> None:
    request = Request.model_validate({"instance": "alpha", "resources": [MONGODB]})

    assert request.resources[0].provider == "direct"


@pytest.mark.parametrize(
    ("resource", "reason"),
    [
        ({**MYSQL, "password": "x"}, "Extra inputs"),
        ({**MYSQL, "host": "db; rm"}, "pattern"),
        ({**MYSQL, "databases": [{**DATABASE, "name": "a/b"}]}, "pattern"),
        ({**MYSQL, "databases": [{**DATABASE, "name": "MySQL"}]}, "own schema"),
        ({**MYSQL, "databases": [{**DATABASE, "username": "u" * 33}]}, "pattern"),
        ({**MYSQL, "databases": [{**DATABASE, "password_key": "../x"}]}, "pattern"),
        ({**MYSQL, "databases": [DATABASE, {**DATABASE, "name": "c", "password_key": "Q"}]}, "two passwords"),
        ({**MYSQL, "databases": [DATABASE, {**DATABASE, "name": "DB"}]}, "listed twice"),
        ({**MONGODB, "databases": ["a"]}, "need a username"),
        ({**MONGODB, "databases": ["Admin"], "username": "u", "password_key": "P"}, "own database"),
        ({**STORAGE, "buckets": [{"name": "abc"}]}, "need an access_key"),
        ({**STORAGE, "endpoint": "https://user:pass@s3.example"}, "pattern"),
        ({**STORAGE, "provider": "other"}, "known: mysql/direct"),
        (
            {**SPACES, "buckets": [{"name": "abc"}], "access_key": "key", "secret_key_key": "K"},
            "need an access_key_key",
        ),
        ({**MONGODB, "provider": "digitalocean", "cluster": "backend"}, "pattern"),
        ({**SPACES, "api": "http://api.example"}, "the address of an API is https://"),
        ({**SPACES, "api": "https://api.example/v2"}, "without a path"),
        ({**SPACES, "api": "https://me:pw@api.example"}, "the address of an API is https://"),
        ({**SPACES, "api": "http://127.0.0.1@evil.example"}, "the address of an API is https://"),
        ({"resource": "unheard-of"}, "no provider at all"),
    ],
)
def test_wrong_resource_is_refused(resource: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValidationError, match=reason):
        Request.model_validate({"instance": "alpha", "resources": [resource]})


def test_two_parts_for_one_server_are_refused() -> None:
    with pytest.raises(ValidationError, match="join them"):
        Request.model_validate({"instance": "alpha", "resources": [MYSQL, MYSQL]})


def test_only_a_check_goes_without_instance() -> None:
    assert Request.model_validate({"operation": "check", "resources": [MONGODB]}).instance == ""
    with pytest.raises(ValidationError, match="an instance is needed"):
        Request.model_validate({"resources": [MONGODB]})


def test_unknown_claim_counts_as_new() -> None:
    resource = MySQL(server="main", host="db", claims={"database/a": "ours"})

    assert (resource.claim("database", "a"), resource.claim("user", "a")) == ("ours", "new")


def test_shared_user_is_one_item() -> None:
    databases = tuple(MySQLDatabase(name=name, username="u", password_key="P") for name in ("a", "b"))

    items = MySQL(server="main", host="db", databases=databases).items()

    assert [item.key for item in items] == ["user/u", "database/a", "database/b"]


def test_key_of_the_operator_is_claimed_by_nobody() -> None:
    storage = Storage.model_validate(
        {**STORAGE, "provider": "compatible", "buckets": [{"name": "abc"}], "access_key": "key", "secret_key_key": "K"}
    )

    assert [item.key for item in storage.items()] == ["bucket/abc"]


def test_part_that_is_not_the_only_one_is_not_selected() -> None:
    both = Request(instance="alpha", resources=(FakeResource(server="a"), FakeResource(server="b")))

    assert both.select("fake", "b").server == "b"
    with pytest.raises(ValueError, match="holds 2 resources fake"):
        both.select("fake")
    with pytest.raises(ValueError, match="holds 0 resources mysql"):
        fake_request().select("mysql")


def test_json_holds_no_value_of_a_password() -> None:
    assert (
        json.loads(mysql_request().to_json())["resources"][0]["databases"][0]["password_key"]
        == "OPENEDX_MYSQL_PASSWORD"
    )
