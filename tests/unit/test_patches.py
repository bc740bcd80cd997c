"""What patches add to the settings of Open edX, run as these settings are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import importlib_resources
import jinja2
import pytest

PEM = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"


def run(site: str, known: dict[str, Any], **config: Any) -> dict[str, Any]:
    """The settings after the patch of a site, without a bucket."""
    templates = jinja2.FileSystemLoader(str(importlib_resources.files("tutor_launchpad") / "templates"))
    patch = importlib_resources.files("tutor_launchpad.patches") / f"openedx-{site}-production-settings"
    text = jinja2.Environment(loader=templates).from_string(patch.read_text()).render(config)
    exec(text, known)
    return known


def settings(stores: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    def update_module_store_settings(found: list[dict[str, Any]], doc_store_settings: dict[str, Any]) -> None:
        for store in found:
            store.update(doc_store_settings)

    return {
        "mongodb_parameters": {"ssl": True},
        "MODULESTORE": stores,
        "update_module_store_settings": update_module_store_settings,
        **more,
    }


@pytest.mark.parametrize("site", ["lms", "cms"])
def test_all_connections_to_mongodb_know_its_authority(site: str) -> None:
    stores: list[dict[str, Any]] = [{}, {}]

    found = run(site, settings(stores, FORUM_MONGODB_CLIENT_PARAMETERS={}), LAUNCHPAD_MONGODB_CA=PEM)

    paths = [
        one["tlsCAFile"] for one in (found["mongodb_parameters"], *stores, found["FORUM_MONGODB_CLIENT_PARAMETERS"])
    ]
    assert len(set(paths)) == 1
    assert Path(paths[0]).read_text() == PEM
    Path(paths[0]).unlink()


@pytest.mark.parametrize("site", ["lms", "cms"])
def test_no_connection_marks_writes_as_retryable_where_the_server_refuses_them(site: str) -> None:
    stores: list[dict[str, Any]] = [{}, {}]
    forum: dict[str, Any] = {}

    found = run(site, settings(stores, FORUM_MONGODB_CLIENT_PARAMETERS=forum), LAUNCHPAD_MONGODB_RETRY_WRITES=False)

    assert [one["retryWrites"] for one in (found["mongodb_parameters"], *stores, forum)] == [False] * 4
    assert run(site, settings([]), LAUNCHPAD_MONGODB_RETRY_WRITES=True)["mongodb_parameters"] == {"ssl": True}


@pytest.mark.parametrize("site", ["lms", "cms"])
def test_public_authority_needs_no_setting(site: str) -> None:
    assert run(site, settings([]), LAUNCHPAD_MONGODB_CA="")["mongodb_parameters"] == {"ssl": True}
