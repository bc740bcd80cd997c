"""The files of an instance's folder: names, order and bytes that stay the same."""

from __future__ import annotations

import json

import pytest
import yaml

from tutor_launchpad.core.instance import FORMAT, Contents, dump_yaml, make_record, manifest_files, public_settings
from tutor_launchpad.core.types import Config, Object


def _object(kind: str, name: str, version: str = "v1") -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name}}


CONTENTS = Contents(
    public_user={"B": 2, "A": "x"},
    requirements=["tutor==22.0.3", "tutor-mfe==22.1.0", "a==1"],
    plugin_files={"mine.py": b"print()\n"},
    application=[_object("AppProject", "moon"), _object("Application", "moon")],
    manifests=[_object("Service", "lms")],
    masked={"openedx-config": {"lms.env.yml": "KEY: «OPENEDX_SECRET_KEY»\n"}},
    about={"id": "abc", "hosts": ["münchen.example.com"]},
)


def test_record_has_these_files_in_order() -> None:
    assert list(make_record(CONTENTS).files) == [
        "application.yml",
        "config.yml",
        "launchpad.json",
        "manifests/service-lms.yml",
        "plugins/mine.py",
        "requirements.txt",
        "sealed/openedx-config/lms.env.yml",
    ]


def test_record_holds_what_it_was_made_from() -> None:
    record = make_record(CONTENTS)

    assert record.files["config.yml"] == b"A: x\nB: 2\n"
    assert record.files["requirements.txt"] == b"a==1\ntutor-mfe==22.1.0\ntutor==22.0.3\n"
    assert [one["kind"] for one in yaml.safe_load_all(record.files["application.yml"])] == ["AppProject", "Application"]
    about = json.loads(record.files["launchpad.json"])
    assert about == record.about == {"format": FORMAT, "id": "abc", "hosts": ["münchen.example.com"]}


def test_same_contents_give_the_same_bytes() -> None:
    assert make_record(CONTENTS) == make_record(CONTENTS)


def test_kinds_of_two_groups_with_one_name_stay_apart() -> None:
    files = manifest_files([_object("Ingress", "a", "networking.k8s.io/v1"), _object("Ingress", "a", "traefik.io/v1")])

    assert list(files) == ["manifests/ingress-a.yml", "manifests/ingress-a.traefik.io.yml"]


def test_name_with_a_colon_becomes_a_file_name() -> None:
    assert list(manifest_files([_object("ClusterRole", "system:lms")])) == ["manifests/clusterrole-system_lms.yml"]


@pytest.mark.parametrize(
    ("secrets", "left"),
    [
        ([], {"A", "B", "AB"}),
        (["A"], {"B", "AB"}),
        (["A.key[0]"], {"B", "AB"}),
        (["A[0].key"], {"B", "AB"}),
        (["A (password in its URL)"], {"B", "AB"}),
        (["A", "B.x", "AB[1]", "OTHER"], set()),
    ],
)
def test_public_settings_leave_out_each_that_has_a_secret_part(secrets: list[str], left: set[str]) -> None:
    user: Config = {"A": {"key": ["s"]}, "B": 1, "AB": 2}

    assert set(public_settings(user, secrets)) == left


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": 2}, "b: 1\na: 2\n"),
        ({"script": "one\ntwo\n"}, "script: |\n  one\n  two\n"),
        ({"long": "x " * 100 + "x"}, f"long: {'x ' * 100}x\n"),
        ({"text": "«SETTING» ü"}, "text: «SETTING» ü\n"),
        ({"version": "1.20", "on": "yes"}, "version: '1.20'\n'on': 'yes'\n"),
    ],
)
def test_yaml_is_written_for_people(value: object, text: str) -> None:
    assert dump_yaml(value) == text.encode()


@pytest.mark.parametrize(
    "text", ["a\n", "a\n\n", "  a\nb", "a \nb", "\ta\nb\n", "a\r\nb", "\n", "# a\nb\n", "a\x85b\n"]
)
def test_text_of_several_lines_is_read_back_as_it_was(text: str) -> None:
    assert yaml.safe_load(dump_yaml({"a": text})) == {"a": text}
