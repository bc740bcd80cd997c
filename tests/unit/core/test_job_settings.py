"""What of a settings file can matter to an init job."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tutor_launchpad.core.job_settings import COPY_LABEL, DISPLAYED, relevant_python, relevant_yaml, share_settings
from tutor_launchpad.core.jobs import JOB_LABEL
from tutor_launchpad.core.seal import Sealed
from tutor_launchpad.core.seal.naming import encode, sealed_secret
from tutor_launchpad.core.types import Object

KEY = "key-of-the-names"


def _ignored(name: str) -> bool:
    return name in ("NAME", "MAIL", "PAGES")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("A: 1\nNAME: x\nB: 2\n", "A: 1\nB: 2\n"),
        ("NAME: |\n  x\n\n  y\nB: 2\n", "B: 2\n"),
        ("NAME:\n- x\n- NAME: y\nB: 2\n", "B: 2\n"),
        ("A:\n  NAME: x\n", None),
        ("NAMES: x\n# NAME: y\n", None),
        ("NAME: x\n# what follows\nB: 2", "# what follows\nB: 2"),
    ],
    ids=["line", "block", "list", "inside", "others", "comment"],
)
def test_yaml_loses_ignored_keys(text: str, left: str | None) -> None:
    assert relevant_yaml(text, _ignored) == (text if left is None else left)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("A = 1\nNAME = 'x'\nB = 2\n", "A = 1\nB = 2\n"),
        ("PAGES = {\n  'x': 1,\n}\nPAGES['y'] = 2\nPAGES.update(z=3)\nPAGES += 4\nA = 1\n", "A = 1\n"),
        ("NAME: str = 'x'\nMAIL = NAME + '!'\n", ""),
        ("NAME = 'x'\nDATABASE = NAME\n", None),
        ("NAME = 'x'\nMAIL = NAME\nDATABASE = MAIL\n", None),
        ("if A:\n    NAME = 'x'\n", None),
        ("NAME = A = 1\n", None),
        ("APPS.append(NAME)\n", None),
        ("NAME = 'x'\n{% broken\n", None),
        ("NAME = 'x'\x00", None),
    ],
    ids=[
        "line",
        "dict",
        "from-another",
        "read",
        "read-through-another",
        "block",
        "two",
        "argument",
        "no-python",
        "null",
    ],
)
def test_python_loses_statements_that_only_set_ignored_names(text: str, left: str | None) -> None:
    assert relevant_python(text, _ignored) == (text if left is None else left)


def _sealed(text: str, image: str = "example.com/openedx:1", **pod: Any) -> Sealed:
    secret = sealed_secret("settings", "alpha", KEY, {"lms.env.yml": encode(text), "raw": encode("EMAIL_HOST: x")})
    mounted: Object = {"volumes": [{"name": "v", "secret": {"secretName": secret["metadata"]["name"]}}], **pod}
    spec = {"containers": [{"name": "c", "image": image}], **mounted}
    objects = [
        {"kind": kind, "metadata": {"name": "x", "labels": labels}, "spec": {"template": {"spec": spec}}}
        for kind, labels in (("Job", {JOB_LABEL: "lms"}), ("Deployment", {}))
    ]
    return share_settings(Sealed(tuple(objects), (secret,), {}), DISPLAYED, KEY, "alpha")


def _mounted(sealed: Sealed) -> list[str]:
    return [item["spec"]["template"]["spec"]["volumes"][0]["secret"]["secretName"] for item in sealed.public]


def test_job_mounts_a_copy_that_keeps_its_name_where_only_what_is_displayed_changes() -> None:
    one, other = (_sealed(f"EMAIL_HOST: {host}\nDB: x\n") for host in ("smtp", "mail.example.com"))

    assert _mounted(one)[0] == _mounted(other)[0]
    assert _mounted(one)[0].startswith("settings-init-")
    assert _mounted(one)[1] != _mounted(other)[1]


def test_copy_holds_all_of_the_map() -> None:
    sealed = _sealed("EMAIL_HOST: smtp\nDB: x\n")

    first, copy = sealed.secrets
    assert copy["metadata"]["name"] == _mounted(sealed)[0]
    assert copy["data"] == first["data"]
    assert base64.b64decode(copy["data"]["lms.env.yml"]) == b"EMAIL_HOST: smtp\nDB: x\n"
    assert copy["immutable"] is True
    assert copy["metadata"]["labels"] == {COPY_LABEL: "true"}
    assert "labels" not in first["metadata"]


@pytest.mark.parametrize(
    "other",
    [
        _sealed("EMAIL_HOST: smtp\nDB: y\n"),
        _sealed("EMAIL_HOST: smtp\nDB: x\n", image="example.com/openedx:2"),
        _sealed("EMAIL_HOST: smtp\nDB: x\nEMAIL_HOST_PASSWORD: new\n"),
        _sealed("EMAIL_HOST: smtp\nDB: x\nSMTP_PASSWORD: new\n"),
    ],
    ids=["setting", "image", "password-of-the-mail-server", "password-of-smtp"],
)
def test_copy_gets_another_name_where_the_job_must_run_anyway(other: Sealed) -> None:
    assert _mounted(other)[0] != _mounted(_sealed("EMAIL_HOST: smtp\nDB: x\n"))[0]


def test_map_without_displayed_settings_is_mounted_as_it_is() -> None:
    sealed = _sealed("DB: x\n")

    assert len(sealed.secrets) == 1
    assert _mounted(sealed) == [sealed.secrets[0]["metadata"]["name"]] * 2


def test_projected_map_is_a_copy_too() -> None:
    name = _sealed("EMAIL_HOST: smtp\n").secrets[0]["metadata"]["name"]
    volume = {"name": "v", "projected": {"sources": [{"secret": {"name": name}}, {"configMap": {"name": "x"}}]}}

    job, _ = _sealed("EMAIL_HOST: smtp\n", volumes=[volume]).public

    (source, _) = job["spec"]["template"]["spec"]["volumes"][0]["projected"]["sources"]
    assert source["secret"]["name"].startswith("settings-init-")
