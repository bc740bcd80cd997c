"""A setting that breaks a file, or arrives as another value, is told by name once, with the places."""

from __future__ import annotations

from typing import Any

import pytest

from tutor_launchpad.core.rendered import UNREAD, manifest_problems, object_problems
from tutor_launchpad.core.types import Object

YAML = 'HOST: "mysql"\nPASSWORD: "{}"\n'
PYTHON = 'HOST = "mysql"\nPASSWORD = "{}"\n'


def _map(**files: str) -> Object:
    data = {name.replace("_", "."): text for name, text in files.items()}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "config-2g4h5k6m7t"}, "data": data}


def _job(**container: Any) -> Object:
    spec = {"template": {"spec": {"containers": [{"name": "a", **container}]}}}
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "init"}, "spec": spec}


def _problems(value: str, *objects: Object, **more: str) -> list[str]:
    return object_problems(objects, {"DB_PASSWORD": value, **more}, {"DB_PASSWORD": value, **more})


def test_value_that_breaks_files_is_told_once_with_all_places() -> None:
    (problem,) = _problems('h1d"den', _map(a_yml=YAML.format('h1d"den'), b_py=PYTHON.format('h1d"den')))

    assert problem == (
        "ConfigMap/config a.yml (line 2), ConfigMap/config b.py (line 2) cannot be read as YAML or Python, for which "
        "DB_PASSWORD may be the reason: write it without quotes, backslashes, line breaks and other marks that end a text."
    )


@pytest.mark.parametrize("value", ["h1d\\den", "h1d\x07den", "\x85h1d\ufffeden"])
def test_characters_that_no_text_in_yaml_may_hold_are_told(value: str) -> None:
    (problem,) = _problems(value, _map(a_yml=YAML.format(value)))

    assert problem.startswith("ConfigMap/config a.yml (line 2) cannot be read as YAML, for which DB_PASSWORD may be")
    assert "h1d" not in problem


@pytest.mark.parametrize("value", ["h1d\\nden", "h1d\nden", "h1d\n\nden"])
def test_value_that_comes_out_as_another_is_told(value: str) -> None:
    (problem,) = _problems(value, _map(a_yml=YAML.format(value)))

    assert problem == (
        "Setting DB_PASSWORD does not arrive as it is in ConfigMap/config a.yml, where templates write it without escaping: "
        "choose a value of letters, digits, dashes and dots."
    )


def test_broken_file_without_suspect_is_the_patches() -> None:
    (problem,) = _problems("h1dden-value", _map(a_py="A = (\n"))

    assert problem == (
        "ConfigMap/config a.py (line 1) cannot be read as Python: a plugin's patch is the usual cause; mend it, or disable "
        "the newest plugin."
    )


def test_setting_that_repeats_another_is_not_told_beside_it() -> None:
    (problem,) = _problems('h1d"den', _map(a_yml=YAML.format('h1d"den')), COPY='h1d"den', URL='db://h1d"den@x')

    assert "for which DB_PASSWORD may" in problem


@pytest.mark.parametrize(
    ("value", "container", "is_told"),
    [
        ("h1d'den", {"command": ["sh", "-c"], "args": ["mysql -e \"SET PASSWORD 'h1d'den'\""]}, True),
        ("h1d'den", {"command": ["mysql"], "args": ["--password=h1d'den"]}, False),
        ("h1d$$den", {"env": [{"name": "A", "value": "h1d$$den"}]}, True),
        ("h1d$(X)", {"env": [{"name": "A", "value": "h1d$(X)"}]}, True),
        ("h1d$den", {"env": [{"name": "A", "value": "h1d$den"}, {"name": "B", "valueFrom": {}}]}, False),
    ],
    ids=["script", "argument", "doubled", "reference", "dollar"],
)
def test_scripts_and_variables_are_looked_at(value: str, container: dict[str, Any], is_told: bool) -> None:
    assert [problem.partition(",")[0] for problem in _problems(value, _job(**container))] == (
        ["Setting DB_PASSWORD does not arrive as it is in Job/init containers[0]"] if is_told else []
    )


def test_annotated_objects_are_not_judged() -> None:
    item = _map(a_yml="{{ range }\n")
    assert _problems("x", item)

    item["metadata"]["annotations"] = {UNREAD: "true"}

    assert _problems("x", item) == []


@pytest.mark.parametrize("value", ["a b", "p#ss", "pä☃", "a: b", "it's", "a;b", "{a}", "%s", "*a", "-", "`a`", "~"])
def test_values_that_arrive_are_taken(value: str) -> None:
    assert _problems(value, _map(a_yml=YAML.format(value), b_py=PYTHON.format(value), c_ini=value)) == []


def test_manifests_tell_settings_and_leave_patches_to_the_builder() -> None:
    value = "h1d: den"
    files = {"k8s/a.yml": f"A: {value}\n", "k8s/b.yml": "A: [\n", "k8s/c.yml": "A: 0123456\n"}

    problems = manifest_problems(files, {"CLASS": value}, {"PIN": "0123456"})

    assert problems == [
        "k8s/a.yml (line 1) cannot be read as YAML, for which CLASS may be the reason: write it without quotes, "
        "backslashes, line breaks and other marks that end a text.",
        "Setting PIN does not arrive as it is in k8s/c.yml, where templates write it without escaping: choose a value of "
        "letters, digits, dashes and dots.",
    ]
