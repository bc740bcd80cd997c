"""Passwords of every character: the program gets what it would get without sealing, and Git gets none of it."""

from __future__ import annotations

import json
import string

import pytest
import yaml

from tests.unit.core.seal import pod_view
from tests.unit.core.seal.checker import leaks
from tests.unit.core.seal.objects import Object, config_map, container, everything, pod_spec, sealed, workload

PRINTABLE = [character for character in string.printable if character.isprintable()]
VALUES = [
    *(
        f"k9{character}Zq{character}{character}7w"
        for character in [*PRINTABLE, "\t", "\n", "ü", "☃", "é", "\u2028", "😀"]
    ),
    *(f"k9Zq7w{end}" for end in (" ", "  ", "\n", "\r\n", "'", '"', "\\", "$")),
    *(f"{start}k9Zq7w" for start in ("#", "- ", "*", "&", "!", "%", "@", "`", "{{ ", "$(HOME)", "${HOME}", "=")),
    "".join(PRINTABLE),
    "".join(reversed(PRINTABLE)),
]


def _objects(value: str) -> list[Object]:
    files = {
        "plain.conf": f"password = {value}\n",
        "quoted.json": json.dumps({"password": value}),
        "quoted.yml": yaml.safe_dump({"password": value, "other": 1}),
        "quoted.py": f"PASSWORD = {value!r}\n",
    }
    volumes = [{"name": "settings", "configMap": {"name": "settings"}}]
    uses = container(
        env=[{"name": "HOME", "value": "/root"}, {"name": "DB_PASSWORD", "value": value}],
        args=[f"--password={value}", value, "other"],
        volumeMounts=[{"name": "settings", "mountPath": "/settings"}],
    )
    return [config_map("settings", files), workload("Deployment", pod_spec(uses, volumes=volumes))]


@pytest.mark.parametrize("value", VALUES, ids=ascii)
def test_program_gets_every_character_and_git_none(value: str) -> None:
    objects = _objects(value)

    result = sealed(*objects, secrets={"DB_PASSWORD": value})

    assert pod_view.views(everything(result)) == pod_view.views(objects)
    public = {"manifests": json.dumps(result.public).encode(), "copies": json.dumps(result.masked).encode()}
    assert leaks(public, {"DB_PASSWORD": value}) == {}
    assert result.masked["settings"]["plain.conf"].startswith("password = «DB_PASSWORD»")
