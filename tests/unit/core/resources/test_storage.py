"""What an instance needs on a store of files."""

from __future__ import annotations

from dataclasses import replace

import importlib_resources
import pytest
from launchpad_workflows.requests import Request

from tests.unit.core.resources.wanted import STORAGE, wanted
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.resources import (
    PROFILE_IMAGES,
    Server,
    plan_storage,
)


def test_storage_derives_bucket_and_key_also_where_minio_has_its_own() -> None:
    plan = plan_storage(wanted(), STORAGE)

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
        plan_storage(wanted(**given), replace(STORAGE, provider="compatible"))

    assert plan_storage(
        wanted(OPENEDX_AWS_ACCESS_KEY="AKIA1", OPENEDX_AWS_SECRET_ACCESS_KEY="s"),
        replace(STORAGE, provider="compatible"),
    ).secrets == {"OPENEDX_AWS_SECRET_ACCESS_KEY": "s"}


def test_profile_images_lie_where_everybody_may_read_them() -> None:
    patch = importlib_resources.files("tutor_launchpad.patches") / "openedx-lms-production-settings"

    assert f'"location": "{PROFILE_IMAGES}"' in patch.read_text()
    assert '"querystring_auth": False' in patch.read_text()


@pytest.mark.parametrize(("https", "scheme"), [(True, "https"), (False, "http")])
def test_browsers_may_write_from_the_instances_own_pages(https: bool, scheme: str) -> None:
    hosts = {"LMS_HOST": "moon.example", "CMS_HOST": "studio.moon.example", "MFE_HOST": "apps.moon.example"}

    plan = plan_storage(replace(wanted(), config={**wanted().config, **hosts, "ENABLE_HTTPS": https}), STORAGE)

    assert plan.part["buckets"][0]["cors_origins"] == [f"{scheme}://{host}" for host in hosts.values()]


def test_store_of_aws_is_used_as_its_region_has_it() -> None:
    settings = {"endpoint": "https://s3.eu-central-1.amazonaws.com", "region": "eu-central-1", "addressing": "auto"}
    plan = plan_storage(wanted(), Server("storage", "main", "s3", settings))

    (part,) = Request.model_validate({"instance": "moon", "resources": [dict(plan.part)]}).resources
    used = {key.removeprefix("LAUNCHPAD_S3_").lower(): value for key, value in plan.overrides.items() if "_S3_" in key}
    assert used == {**settings, "bucket": "moon--openedx"}
    assert [item.key for item in part.items()] == ["user/moon--openedx", "bucket/moon--openedx"]


def test_storage_keeps_what_somebody_chose() -> None:
    plan = plan_storage(wanted(LAUNCHPAD_S3_BUCKET="mine", OPENEDX_AWS_ACCESS_KEY="AKIA1",
                                OPENEDX_AWS_SECRET_ACCESS_KEY="pw-chosen"), STORAGE)  # fmt: skip

    assert plan.part["buckets"][0]["name"] == "mine"
    assert (plan.part["access_key"], plan.part["secret_key_key"]) == ("AKIA1", "OPENEDX_AWS_SECRET_ACCESS_KEY")
    assert plan.secrets == {"OPENEDX_AWS_SECRET_ACCESS_KEY": "pw-chosen"}


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
    plan = plan_storage(wanted(**chosen), replace(STORAGE, provider="spaces"))

    assert (plan.overrides["OPENEDX_AWS_ACCESS_KEY"], plan.overrides["OPENEDX_AWS_SECRET_ACCESS_KEY"]) == key
    assert (plan.part["access_key"], plan.secrets) == ("moon--openedx", secrets)
