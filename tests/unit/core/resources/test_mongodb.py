"""What an instance needs on a MongoDB server."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from launchpad_workflows.requests import Request

from tests.unit.core.resources.wanted import MONGODB, wanted
from tutor_launchpad.core.resources import (
    Server,
    plan_mongodb,
)
from tutor_launchpad.core.types import Config


def test_mongodb_derives_names_also_where_drydock_has_its_own() -> None:
    plan = plan_mongodb(wanted(), MONGODB)

    assert plan.part["databases"] == ["moon__openedx", "moon__forum"]
    assert plan.overrides["FORUM_MONGODB_DATABASE"] == "moon__forum"
    assert plan.part["username"] == plan.overrides["MONGODB_ROOT_USERNAME"] == "moon__openedx"
    assert plan.secrets == {"LAUNCHPAD_MONGODB_PASSWORD": "pw-mongodb"}
    assert plan.overrides["MONGODB_PASSWORD"] == plan.overrides["MONGODB_ROOT_PASSWORD"] == "pw-mongodb"


def test_mongodb_keeps_what_somebody_chose() -> None:
    plan = plan_mongodb(wanted(MONGODB_DATABASE="one", FORUM_MONGODB_DATABASE="one", MONGODB_USERNAME="me",
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
    plan = plan_mongodb(wanted(), Server("mongodb", "main", "direct", {**MONGODB.settings, **settings}))

    assert overrides.items() <= plan.overrides.items()


@pytest.mark.parametrize(("srv", "host"), [(True, "mongodb+srv://main-0.example.com"), (False, "main-0.example.com")])
def test_mongodb_of_atlas_is_found_by_its_name(srv: bool, host: str) -> None:
    place = {"project": "0123456789abcdef01234567", "cluster": "Main-0"}
    settings = {"host": "main-0.example.com", "port": 27017, "tls": True, "srv": srv, **place}
    plan = plan_mongodb(wanted(), Server("mongodb", "main", "atlas", settings))

    (part,) = Request.model_validate({"instance": "moon", "resources": [dict(plan.part)]}).resources
    assert (plan.overrides["MONGODB_HOST"], plan.overrides["MONGODB_USE_SSL"]) == (host, True)
    assert plan.secrets == {"LAUNCHPAD_MONGODB_PASSWORD": "pw-mongodb"}
    assert part.password_keys() == ("LAUNCHPAD_MONGODB_PASSWORD",)


def test_password_that_a_server_chooses_has_a_key_for_each_generation() -> None:
    plan = plan_mongodb(wanted(LAUNCHPAD_MONGODB_GENERATION=2), replace(MONGODB, provider="digitalocean"))

    assert plan.secrets == {"LAUNCHPAD_MONGODB_PASSWORD.2": "pw-mongodb"}
    assert plan.overrides["MONGODB_USERNAME"] == "moon__openedx__2"
