"""Requests and settings for what an instance needs on shared servers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import importlib_resources
import pytest
from launchpad_workflows.requests import Request

from tutor_launchpad.core.databases import own_databases
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.resources import (
    PLANNERS,
    PROFILE_IMAGES,
    ResourcePlan,
    Server,
    Wanted,
    chosen_settings,
    named_servers,
    plan_mongodb,
    plan_mysql,
    plan_storage,
    plugin_conflicts,
)
from tutor_launchpad.core.types import Config

MYSQL = Server("mysql", "main", "direct", {"host": "db.example.com", "port": 3306})
MONGODB = Server("mongodb", "main", "direct", {"host": "mongo.example.com", "port": 27017})
STORAGE = Server("storage", "main", "minio", {"endpoint": "https://s3.example.com"})

# As Tutor and the plugins drydock, forum, notes and minio give them, before rendering.
TEMPLATES: Config = {
    "OPENEDX_MYSQL_DATABASE": "openedx",
    "OPENEDX_MYSQL_USERNAME": "openedx",
    "OPENEDX_MYSQL_PASSWORD": "{{ 8|random_string }}",
    "NOTES_MYSQL_DATABASE": "notes",
    "NOTES_MYSQL_USERNAME": "notes",
    "NOTES_MYSQL_PASSWORD": "{{ 8|random_string }}",
    "HALF_MYSQL_DATABASE": "half",
    "MONGODB_DATABASE": "openedx",
    "MONGODB_USERNAME": "",
    "MONGODB_PASSWORD": "",
    "FORUM_MONGODB_DATABASE": "cs_comments_service",
    "OPENEDX_AWS_ACCESS_KEY": "openedx",
    "OPENEDX_AWS_SECRET_ACCESS_KEY": "",
    "LAUNCHPAD_S3_BUCKET": "",
}
RENDERED: Config = {
    **TEMPLATES,
    "OPENEDX_MYSQL_PASSWORD": "pw-openedx",
    "NOTES_MYSQL_PASSWORD": "pw-notes",
    "LAUNCHPAD_MONGODB_PASSWORD": "pw-mongodb",
    "LAUNCHPAD_STORAGE_SECRET_KEY": "pw-storage",
}
# What Tutor itself writes into config.yml: overrides of plugins and what it generates.
WRITTEN: Config = {
    "FORUM_MONGODB_DATABASE": "cs_comments_service",
    "OPENEDX_AWS_ACCESS_KEY": "openedx",
    "OPENEDX_MYSQL_PASSWORD": "pw-openedx",
}


def _wanted(instance: str = "moon", **chosen: object) -> Wanted:
    config = {**RENDERED, **chosen}
    return Wanted(instance, config, {**WRITTEN, **chosen}, TEMPLATES, tuple(own_databases(config)))


def _databases(plan: ResourcePlan) -> list[tuple[str, str, str]]:
    return [(one["name"], one["username"], one["password_key"]) for one in plan.part["databases"]]


def test_mysql_gives_each_complete_triple_a_schema_and_all_one_user() -> None:
    plan = plan_mysql(_wanted(), MYSQL)

    assert _databases(plan) == [
        ("moon__openedx", "moon__openedx", "OPENEDX_MYSQL_PASSWORD"),
        ("moon__notes", "moon__openedx", "OPENEDX_MYSQL_PASSWORD"),
    ]
    assert plan.secrets == {"OPENEDX_MYSQL_PASSWORD": "pw-openedx"}


def test_mysql_configures_tutor_for_what_is_made() -> None:
    assert plan_mysql(_wanted(), MYSQL).overrides == {
        "RUN_MYSQL": False,
        "MYSQL_HOST": "db.example.com",
        "MYSQL_PORT": 3306,
        "OPENEDX_MYSQL_DATABASE": "moon__openedx",
        "OPENEDX_MYSQL_USERNAME": "moon__openedx",
        "OPENEDX_MYSQL_PASSWORD": "pw-openedx",
        "NOTES_MYSQL_DATABASE": "moon__notes",
        "NOTES_MYSQL_USERNAME": "moon__openedx",
        "NOTES_MYSQL_PASSWORD": "pw-openedx",
        "MYSQL_ROOT_USERNAME": "moon__openedx",
        "MYSQL_ROOT_PASSWORD": "pw-openedx",
    }


def test_mysql_keeps_what_somebody_chose() -> None:
    plan = plan_mysql(_wanted(NOTES_MYSQL_DATABASE="old_notes", NOTES_MYSQL_USERNAME="noter"), MYSQL)

    assert _databases(plan)[1] == ("old_notes", "noter", "NOTES_MYSQL_PASSWORD")
    assert plan.secrets["NOTES_MYSQL_PASSWORD"] == "pw-notes"
    assert plan.overrides["NOTES_MYSQL_PASSWORD"] == "pw-notes"


def test_mysql_takes_the_chosen_user_of_openedx_for_all_schemas() -> None:
    plan = plan_mysql(_wanted(OPENEDX_MYSQL_USERNAME="mine"), MYSQL)

    assert [user for _, user, _ in _databases(plan)] == ["mine", "mine"]
    assert plan.overrides["MYSQL_ROOT_USERNAME"] == "mine"


def test_chosen_name_is_rendered() -> None:
    wanted = Wanted("moon", {**RENDERED, "NOTES_MYSQL_DATABASE": "moon_x"},
                    {"NOTES_MYSQL_DATABASE": "{{ K8S_NAMESPACE }}_x"}, TEMPLATES)  # fmt: skip

    assert wanted.chosen("NOTES_MYSQL_DATABASE") == "moon_x"


@pytest.mark.parametrize("value", [None, "", "openedx"])
def test_default_written_into_the_users_file_is_not_chosen(value: object) -> None:
    assert _wanted(OPENEDX_MYSQL_DATABASE=value).chosen("OPENEDX_MYSQL_DATABASE") == ""


def test_mongodb_derives_names_also_where_drydock_has_its_own() -> None:
    plan = plan_mongodb(_wanted(), MONGODB)

    assert plan.part["databases"] == ["moon__openedx", "moon__forum"]
    assert plan.overrides["FORUM_MONGODB_DATABASE"] == "moon__forum"
    assert plan.part["username"] == plan.overrides["MONGODB_ROOT_USERNAME"] == "moon__openedx"
    assert plan.secrets == {"LAUNCHPAD_MONGODB_PASSWORD": "pw-mongodb"}
    assert plan.overrides["MONGODB_PASSWORD"] == plan.overrides["MONGODB_ROOT_PASSWORD"] == "pw-mongodb"


def test_mongodb_keeps_what_somebody_chose() -> None:
    plan = plan_mongodb(_wanted(MONGODB_DATABASE="one", FORUM_MONGODB_DATABASE="one", MONGODB_USERNAME="me",
                                MONGODB_PASSWORD="pw-chosen"), MONGODB)  # fmt: skip

    assert plan.part["databases"] == ["one"]
    assert (plan.part["username"], plan.part["password_key"]) == ("me", "MONGODB_PASSWORD")
    assert plan.secrets == {"MONGODB_PASSWORD": "pw-chosen"}


@pytest.mark.parametrize(
    ("settings", "overrides"),
    [
        ({}, {"MONGODB_USE_SSL": False, "MONGODB_REPLICA_SET": "", "MONGODB_AUTH_SOURCE": "admin"}),
        (
            {"tls": True, "replica_set": "rs0", "auth_source": "users"},
            {"MONGODB_USE_SSL": True, "MONGODB_REPLICA_SET": "rs0", "MONGODB_AUTH_SOURCE": "users"},
        ),
        ({}, {"LAUNCHPAD_MONGODB_RETRY_WRITES": True}),
        ({"retry_writes": False}, {"LAUNCHPAD_MONGODB_RETRY_WRITES": False}),
    ],
)
def test_mongodb_connects_as_the_server_is_registered(settings: dict[str, Any], overrides: Config) -> None:
    plan = plan_mongodb(_wanted(), Server("mongodb", "main", "direct", {**MONGODB.settings, **settings}))

    assert overrides.items() <= plan.overrides.items()


@pytest.mark.parametrize(("srv", "host"), [(True, "mongodb+srv://main-0.example.com"), (False, "main-0.example.com")])
def test_mongodb_of_atlas_is_found_by_its_name(srv: bool, host: str) -> None:
    place = {"project": "0123456789abcdef01234567", "cluster": "Main-0"}
    settings = {"host": "main-0.example.com", "port": 27017, "tls": True, "srv": srv, **place}
    plan = plan_mongodb(_wanted(), Server("mongodb", "main", "atlas", settings))

    (part,) = Request.model_validate({"instance": "moon", "resources": [dict(plan.part)]}).resources
    assert (plan.overrides["MONGODB_HOST"], plan.overrides["MONGODB_USE_SSL"]) == (host, True)
    assert plan.secrets == {"LAUNCHPAD_MONGODB_PASSWORD": "pw-mongodb"}
    assert part.password_keys() == ("LAUNCHPAD_MONGODB_PASSWORD",)


def test_storage_derives_bucket_and_key_also_where_minio_has_its_own() -> None:
    plan = plan_storage(_wanted(), STORAGE)

    (bucket,) = plan.part["buckets"]
    assert (bucket["name"], bucket["public_prefixes"]) == ("moon--openedx", ["profile-images/"])
    assert plan.part["access_key"] == plan.overrides["OPENEDX_AWS_ACCESS_KEY"] == "moon--openedx"
    assert plan.secrets == {"LAUNCHPAD_STORAGE_SECRET_KEY": "pw-storage"}
    assert plan.overrides["LAUNCHPAD_S3_ENDPOINT"] == "https://s3.example.com"
    assert (plan.overrides["LAUNCHPAD_S3_REGION"], plan.overrides["LAUNCHPAD_S3_ADDRESSING"]) == ("us-east-1", "path")


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, "OPENEDX_AWS_ACCESS_KEY and OPENEDX_AWS_SECRET_ACCESS_KEY must be set for storage/main"),
        ({"OPENEDX_AWS_ACCESS_KEY": "AKIA1"}, "OPENEDX_AWS_SECRET_ACCESS_KEY must be set"),
        ({"OPENEDX_AWS_SECRET_ACCESS_KEY": "s"}, "OPENEDX_AWS_ACCESS_KEY must be set"),
    ],
)
def test_store_that_makes_no_keys_needs_the_operators(given: dict[str, str], missing: str) -> None:
    with pytest.raises(Refused, match=missing):
        plan_storage(_wanted(**given), replace(STORAGE, provider="compatible"))

    assert plan_storage(
        _wanted(OPENEDX_AWS_ACCESS_KEY="AKIA1", OPENEDX_AWS_SECRET_ACCESS_KEY="s"),
        replace(STORAGE, provider="compatible"),
    ).secrets == {"OPENEDX_AWS_SECRET_ACCESS_KEY": "s"}


def test_profile_images_lie_where_everybody_may_read_them() -> None:
    patch = importlib_resources.files("tutor_launchpad.patches") / "openedx-lms-production-settings"

    assert f'"location": "{PROFILE_IMAGES}"' in patch.read_text()
    assert '"querystring_auth": False' in patch.read_text()


@pytest.mark.parametrize(("https", "scheme"), [(True, "https"), (False, "http")])
def test_browsers_may_write_from_the_instances_own_pages(https: bool, scheme: str) -> None:
    hosts = {"LMS_HOST": "moon.example", "CMS_HOST": "studio.moon.example", "MFE_HOST": "apps.moon.example"}

    plan = plan_storage(replace(_wanted(), config={**_wanted().config, **hosts, "ENABLE_HTTPS": https}), STORAGE)

    assert plan.part["buckets"][0]["cors_origins"] == [f"{scheme}://{host}" for host in hosts.values()]


def test_store_of_aws_is_used_as_its_region_has_it() -> None:
    settings = {"endpoint": "https://s3.eu-central-1.amazonaws.com", "region": "eu-central-1", "addressing": "auto"}
    plan = plan_storage(_wanted(), Server("storage", "main", "s3", settings))

    (part,) = Request.model_validate({"instance": "moon", "resources": [dict(plan.part)]}).resources
    used = {key.removeprefix("LAUNCHPAD_S3_").lower(): value for key, value in plan.overrides.items() if "_S3_" in key}
    assert used == {**settings, "bucket": "moon--openedx"}
    assert [item.key for item in part.items()] == ["user/moon--openedx", "bucket/moon--openedx"]


def test_storage_keeps_what_somebody_chose() -> None:
    plan = plan_storage(_wanted(LAUNCHPAD_S3_BUCKET="mine", OPENEDX_AWS_ACCESS_KEY="AKIA1",
                                OPENEDX_AWS_SECRET_ACCESS_KEY="pw-chosen"), STORAGE)  # fmt: skip

    assert plan.part["buckets"][0]["name"] == "mine"
    assert (plan.part["access_key"], plan.part["secret_key_key"]) == ("AKIA1", "OPENEDX_AWS_SECRET_ACCESS_KEY")
    assert plan.secrets == {"OPENEDX_AWS_SECRET_ACCESS_KEY": "pw-chosen"}


@pytest.mark.parametrize("instance", ["moon", "a", "a-b--c", "m" * 63])
def test_plans_make_a_valid_request_without_passwords(instance: str) -> None:
    plans = [PLANNERS[one.resource](_wanted(instance), one) for one in (MYSQL, MONGODB, STORAGE)]

    text = Request.model_validate({"instance": instance, "resources": [dict(plan.part) for plan in plans]}).to_json()

    assert "pw-" not in text + repr(plans[0].secrets and [plan.part for plan in plans])


def test_plan_shows_no_password() -> None:
    assert "secrets" not in repr(plan_mysql(_wanted(), MYSQL))


@pytest.mark.parametrize(
    ("server", "port"),
    [
        (MYSQL, 3306),
        (STORAGE, 443),
        (Server("storage", "main", "minio", {"endpoint": "http://s3.example.com"}), 80),
        (Server("storage", "main", "minio", {"endpoint": "http://s3.example.com:9000"}), 9000),
    ],
)
def test_server_knows_its_port(server: Server, port: int) -> None:
    assert server.port == port
    assert server.flow.ports == (port,)


def test_flow_goes_to_the_registered_networks_alone() -> None:
    narrow = Server("mysql", "main", "direct", MYSQL.settings, ("10.0.0.0/24",))

    assert (narrow.flow.cidrs, narrow.flow.excluded) == (("10.0.0.0/24",), ())
    assert MYSQL.flow.cidrs == ("0.0.0.0/0", "::/0")
    assert "169.254.0.0/16" in MYSQL.flow.excluded


def test_named_servers_include_those_of_other_plugins() -> None:
    config = {"LAUNCHPAD_MYSQL_SERVER": "main", "LAUNCHPAD_MONGODB_SERVER": "", "LAUNCHPAD_CACHE_SERVER": "fast"}

    assert named_servers(config, {**PLANNERS, "cache": plan_mysql}) == {"mysql": "main", "cache": "fast"}


@pytest.mark.parametrize(
    ("plugins", "servers", "refused"),
    [
        (["minio"], {"storage": "main"}, True),
        (["minio"], {"mysql": "main"}, False),
        ([], {"storage": "main"}, False),
    ],
)
def test_minio_and_a_storage_server_exclude_each_other(
    plugins: list[str], servers: dict[str, str], refused: bool
) -> None:
    problems = plugin_conflicts({"PLUGINS": plugins}, servers)

    assert [problem[:22] for problem in problems] == (["Both the plugin minio "] if refused else [])


@pytest.mark.parametrize(
    ("chosen", "key", "secrets"),
    [
        ({}, ("", ""), {}),
        (
            {"LAUNCHPAD_STORAGE_ACCESS_KEY": "AKIA1"},
            ("AKIA1", "pw-storage"),
            {"LAUNCHPAD_STORAGE_ACCESS_KEY.1": "AKIA1", "LAUNCHPAD_STORAGE_SECRET_KEY.1": "pw-storage"},
        ),
    ],
)
def test_key_that_a_store_chooses_is_empty_until_then(
    chosen: dict[str, str], key: tuple[str, str], secrets: dict[str, str]
) -> None:
    plan = plan_storage(_wanted(**chosen), replace(STORAGE, provider="spaces"))

    assert (plan.overrides["OPENEDX_AWS_ACCESS_KEY"], plan.overrides["OPENEDX_AWS_SECRET_ACCESS_KEY"]) == key
    assert (plan.part["access_key"], plan.secrets) == ("moon--openedx", secrets)


def test_password_that_a_server_chooses_has_a_key_for_each_generation() -> None:
    plan = plan_mongodb(_wanted(LAUNCHPAD_MONGODB_GENERATION=2), replace(MONGODB, provider="digitalocean"))

    assert plan.secrets == {"LAUNCHPAD_MONGODB_PASSWORD.2": "pw-mongodb"}
    assert plan.overrides["MONGODB_USERNAME"] == "moon__openedx__2"


def test_settings_follow_what_was_chosen_for_this_generation() -> None:
    content = {**plan_storage(_wanted(), STORAGE).part, "access_key_key": "A", "secret_key_key": "S"}
    request = Request.model_validate({"instance": "moon", "resources": [content]})

    found = chosen_settings(request, {"A.1": "id", "S.1": "secret", "A.2": "next", "other": "x"})

    assert found == {"A": "id", "S": "secret"}
