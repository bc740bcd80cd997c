"""Names of sealed Secrets: the same for the same content and key, and telling nothing without the key."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.unit.core.seal import checker
from tests.unit.core.seal.objects import (
    KEY,
    NAMESPACE,
    PASSWORD,
    SECRETS,
    TOKEN,
    Object,
    config_map,
    container,
    pod_spec,
    sealed,
    secret,
    workload,
)
from tutor_launchpad.core.seal import Sealed, seal
from tutor_launchpad.core.seal.naming import plain_name, sealed_secret

OBJECTS: list[Object] = [
    config_map("settings-bcdfghkm24"),
    secret("own", {"token": TOKEN}),
    workload(
        "Job",
        pod_spec(container(args=[PASSWORD]), volumes=[{"name": "v", "configMap": {"name": "settings-bcdfghkm24"}}]),
    ),
]


def _names(result: Sealed) -> list[str]:
    return [item["metadata"]["name"] for item in result.secrets]


def test_same_objects_give_the_same_result() -> None:
    shuffled = [dict(reversed(item.items())) for item in OBJECTS]

    assert sealed(*OBJECTS) == sealed(*OBJECTS)
    assert _names(sealed(*shuffled)) == _names(sealed(*OBJECTS))
    assert sealed(*OBJECTS, secrets=dict(reversed(SECRETS.items()))) == sealed(*OBJECTS)


def test_first_setting_by_name_stands_for_equal_ones() -> None:
    secrets = {"B_PASSWORD": PASSWORD, "A_PASSWORD": PASSWORD}

    masked = [
        sealed(config_map(), secrets=dict(items)).masked for items in (secrets.items(), reversed(secrets.items()))
    ]

    assert masked[0] == masked[1]
    assert masked[0]["settings"]["settings.py"] == "PASSWORD = '«A_PASSWORD»'\n"


def test_order_of_the_objects_does_not_change_names() -> None:
    assert sorted(_names(sealed(*reversed(OBJECTS)))) == sorted(_names(sealed(*OBJECTS)))


def test_every_name_differs_with_the_key() -> None:
    names = {key: set(_names(sealed(*OBJECTS, key=key))) for key in (KEY, f"{KEY}2")}

    assert len(names[KEY]) == 3
    assert not names[KEY] & names[f"{KEY}2"]


def test_every_name_differs_with_the_namespace() -> None:
    assert not set(_names(seal(OBJECTS, SECRETS, KEY, "other"))) & set(_names(sealed(*OBJECTS)))


@pytest.mark.parametrize(
    "change",
    [
        {"data": {"settings.py": f"PASSWORD = '{PASSWORD}' \n", "urls.py": "urls = []\n"}},
        {"data": {"settings.py": f"PASSWORD = '{PASSWORD}'\n", "urls.py": "urls = [1]\n"}},
        {"data": {"settings": f"PASSWORD = '{PASSWORD}'\n", "urls.py": "urls = []\n"}},
        {"metadata": {"name": "other"}},
    ],
    ids=["secret-file", "other-file", "key", "name"],
)
def test_name_differs_with_the_content(change: dict[str, Any]) -> None:
    assert _names(sealed({**config_map(), **change})) != _names(sealed(config_map()))


def test_name_does_not_depend_on_labels() -> None:
    labelled = {**config_map(), "metadata": {"name": "settings", "labels": {"version": "2"}, "annotations": {"a": "b"}}}

    assert _names(sealed(labelled)) == _names(sealed(config_map()))


def test_names_cannot_be_recomputed_without_the_key() -> None:
    result = sealed(*OBJECTS)
    data: list[Any] = [item["data"] for item in result.secrets]
    contents = {f"content {n}": text.encode() for n, text in enumerate([PASSWORD, TOKEN, *OBJECTS[0]["data"].values()])}
    for number, item in enumerate([*data, *OBJECTS]):
        for separators in ((",", ":"), (", ", ": ")):
            contents[f"json {number}{separators}"] = json.dumps(item, sort_keys=True, separators=separators).encode()
    for number, item in enumerate(result.secrets):
        whole = [NAMESPACE, item["metadata"]["name"][:-17], item["type"], item["data"]]
        contents[f"what is hashed with the key {number}"] = json.dumps(whole).encode()
    public = json.dumps([*result.public, dict(result.masked), _names(result)]).encode()

    assert checker.digest_leaks({"public": public}, contents) == {}
    assert b"bcdfghkm24" not in public


def test_hashes_of_the_kind_that_is_looked_for_would_be_found() -> None:
    content = json.dumps({"a": PASSWORD}).encode()

    found = checker.digest_leaks({"f": f"x-{hashlib.sha256(content).hexdigest()[:16]}".encode()}, {"c": content})

    assert found == {"c": ["f"]}


@pytest.mark.parametrize("length", [1, 46, 47, 63, 200])
def test_name_is_a_dns_label(length: int) -> None:
    name = sealed_secret("a" * length, NAMESPACE, KEY, {})["metadata"]["name"]

    assert len(name) <= 63
    assert name[-17] == "-"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("openedx-settings-lms-8f7k2bc4dh", "openedx-settings-lms"),
        ("openedx-settings-lms", "openedx-settings-lms"),
        ("openedx-production", "openedx-production"),
        ("caddy-config", "caddy-config"),
    ],
)
def test_kustomizes_suffix_is_dropped(name: str, plain: str) -> None:
    assert plain_name(name) == plain


def test_masked_copies_are_by_plain_name_without_values() -> None:
    result = sealed(*OBJECTS)

    assert result.masked == {"settings": {"settings.py": "PASSWORD = '«MYSQL_PASSWORD»'\n", "urls.py": "urls = []\n"}}


def test_representation_hides_the_values() -> None:
    result = seal([config_map()], SECRETS, KEY, NAMESPACE)

    assert PASSWORD not in repr(result)
    assert result.secrets[0]["data"]["settings.py"] not in repr(result)
