"""Where data is, by settings and by what was recorded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tutor_launchpad.core.data.places import Place, from_record, from_settings, masked, read_places, to_record
from tutor_launchpad.core.databases import own_databases

TUTOR: dict[str, Any] = {
    "RUN_MYSQL": True, "MYSQL_HOST": "mysql", "MYSQL_PORT": 3306,
    "OPENEDX_MYSQL_DATABASE": "openedx", "OPENEDX_MYSQL_USERNAME": "openedx", "OPENEDX_MYSQL_PASSWORD": "h1dden",
    "RUN_MONGODB": True, "MONGODB_HOST": "mongodb", "MONGODB_PORT": 27017, "MONGODB_DATABASE": "openedx",
    "RUN_MEILISEARCH": True, "MEILISEARCH_URL": "http://meilisearch:7700", "MEILISEARCH_INDEX_PREFIX": "tutor_",
    "PLUGINS": [],
}  # fmt: skip
MINIO = {"PLUGINS": ["minio"], "MINIO_BUCKET_NAME": "openedx", "OPENEDX_AWS_ACCESS_KEY": "openedx"}


@pytest.mark.parametrize(
    ("resource", "settings", "servers", "expected"),
    [
        pytest.param("mysql", {}, {}, ("namespace", "", ""), id="mysql"),
        pytest.param("mysql", {"MYSQL_HOST": "db"}, {}, ("elsewhere", "", "db:3306"), id="mysql by hand"),
        pytest.param("mysql", {"RUN_MYSQL": False}, {}, ("elsewhere", "", "mysql:3306"), id="mysql switched off"),
        pytest.param(
            "mysql", {"RUN_MYSQL": False, "MYSQL_HOST": "db"}, {"mysql": "main"}, ("server", "main", "db:3306"), id="server"
        ),
        pytest.param("mongodb", {}, {}, ("namespace", "", ""), id="mongodb"),
        pytest.param("meilisearch", {}, {}, ("namespace", "", ""), id="search"),
        pytest.param(
            "meilisearch", {"MEILISEARCH_URL": "https://s.io"}, {}, ("elsewhere", "", "https://s.io"), id="search elsewhere"
        ),
        pytest.param("storage", {}, {}, ("pods", "", ""), id="files in pods"),
        pytest.param("storage", MINIO, {}, ("namespace", "", ""), id="minio"),
        pytest.param("storage", {**MINIO, "MINIO_GATEWAY": "azure"}, {}, ("elsewhere", "", "azure"), id="gateway"),
        pytest.param(
            "storage", {"S3_STORAGE_BUCKET": "b", "S3_HOST": "s3.io"}, {}, ("elsewhere", "", "s3.io"), id="another plugin"
        ),
        pytest.param(
            "storage", {"LAUNCHPAD_S3_BUCKET": "b", "LAUNCHPAD_S3_ENDPOINT": "https://s"}, {"storage": "main"},
            ("server", "main", "https://s"), id="storage server",
        ),
        pytest.param("redis", {}, {"redis": "main"}, ("server", "main", ""), id="another plugin's resource"),
    ],
)  # fmt: skip
def test_place_is_where_open_edx_connects_to(
    resource: str, settings: dict[str, Any], servers: dict[str, str], expected: tuple[str, str, str]
) -> None:
    place = read_places({**TUTOR, **settings}, servers)[resource]

    assert (place.at, place.server, place.address) == expected


def test_names_are_those_of_data_and_users_of_who_may_use_it() -> None:
    notes = {"NOTES_MYSQL_DATABASE": "notes", "NOTES_MYSQL_USERNAME": "notes", "NOTES_MYSQL_PASSWORD": "x"}
    elsewhere = {
        "SUPERSET_DB_NAME": "s",
        "SUPERSET_DB_USERNAME": "s",
        "SUPERSET_DB_PASSWORD": "x",
        "SUPERSET_DB_HOST": "d",
    }
    config = {**TUTOR, **MINIO, **notes, **elsewhere, "MONGODB_USERNAME": ""}
    places = read_places(config, {}, own_databases(config))

    assert places["mysql"].names == {"NOTES_MYSQL_DATABASE": "notes", "OPENEDX_MYSQL_DATABASE": "openedx"}
    assert places["mysql"].users == {"NOTES_MYSQL_USERNAME": "notes", "OPENEDX_MYSQL_USERNAME": "openedx"}
    assert (places["mongodb"].names, places["mongodb"].users) == ({"MONGODB_DATABASE": "openedx"}, {})
    assert places["storage"].names == {"MINIO_BUCKET_NAME": "openedx"}
    assert places["storage"].users == {"OPENEDX_AWS_ACCESS_KEY": "openedx"}


def test_record_is_read_back_and_holds_no_secret() -> None:
    places = read_places({**TUTOR, "MONGODB_HOST": "mongodb://u:h1dden@db"}, {"mysql": "main"}, own_databases(TUTOR))
    public = masked(places, lambda text: text.replace("h1dden", "«X»"))

    recorded = json.loads(json.dumps(to_record(public)))

    assert from_record(recorded) == public
    assert "h1dden" not in json.dumps(recorded)


@pytest.mark.parametrize("changed", [None, [], {"mysql": None}, {"mysql": {"at": 3}}, {"mysql": {}}])
def test_record_changed_by_hand_tells_nothing(changed: object) -> None:
    assert from_record(changed) == {}


def test_record_without_places_tells_servers_and_claims() -> None:
    user = {"LAUNCHPAD_STORAGE_SERVER": "main", "LAUNCHPAD_MONGODB_SERVER": ""}

    assert from_settings(user, ["mysql", "redis"]) == {
        "mysql": Place("namespace", names=None), "storage": Place("server", "main", names=None),
    }  # fmt: skip
