"""Servers as they are registered and named, and what all plans have in common."""

from __future__ import annotations

import pytest
from launchpad_workflows.requests import Request

from tests.unit.core.resources.wanted import MONGODB, MYSQL, RENDERED, STORAGE, TEMPLATES, wanted
from tutor_launchpad.core.resources import (
    PLANNERS,
    Server,
    Wanted,
    chosen_settings,
    named_servers,
    plan_mysql,
    plan_storage,
    plugin_conflicts,
)


def test_chosen_name_is_rendered() -> None:
    rendered = Wanted("moon", {**RENDERED, "NOTES_MYSQL_DATABASE": "moon_x"},
                    {"NOTES_MYSQL_DATABASE": "{{ K8S_NAMESPACE }}_x"}, TEMPLATES)  # fmt: skip

    assert rendered.chosen("NOTES_MYSQL_DATABASE") == "moon_x"


@pytest.mark.parametrize("value", [None, "", "openedx"])
def test_default_written_into_the_users_file_is_not_chosen(value: object) -> None:
    assert wanted(OPENEDX_MYSQL_DATABASE=value).chosen("OPENEDX_MYSQL_DATABASE") == ""


@pytest.mark.parametrize("instance", ["moon", "a", "a-b--c", "m" * 63])
def test_plans_make_a_valid_request_without_passwords(instance: str) -> None:
    plans = [PLANNERS[one.resource](wanted(instance), one) for one in (MYSQL, MONGODB, STORAGE)]

    text = Request.model_validate({"instance": instance, "resources": [dict(plan.part) for plan in plans]}).to_json()

    assert "pw-" not in text + repr(plans[0].secrets and [plan.part for plan in plans])


def test_plan_shows_no_password() -> None:
    assert "secrets" not in repr(plan_mysql(wanted(), MYSQL))


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


def test_settings_follow_what_was_chosen_for_this_generation() -> None:
    content = {**plan_storage(wanted(), STORAGE).part, "access_key_key": "A", "secret_key_key": "S"}
    request = Request.model_validate({"instance": "moon", "resources": [content]})

    found = chosen_settings(request, {"A.1": "id", "S.1": "secret", "A.2": "next", "other": "x"})

    assert found == {"A": "id", "S": "secret"}
