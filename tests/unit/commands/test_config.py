"""`tutor launchpad config`: where settings come from, and that nothing secret is shown."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Ran, Root, _environment
from tests.unit.core.seal import checker

CANARIES = {
    "SMTP_PASSWORD": "canary01-smtp",
    "OPENEDX_SECRET_KEY": "canary02'\"/+ü",
    "MYSQL_ROOT_PASSWORD": "canary03-root",
    "OPENEDX_MYSQL_PASSWORD": "canary04-mysql",
    "LAUNCHPAD_SEAL_KEY": "canary05-seal-key",
    "LAUNCHPAD_MONGODB_PASSWORD": "canary06-mongodb",
    "LAUNCHPAD_STORAGE_SECRET_KEY": "canary07-storage",
    "REDIS_PASSWORD": "canary08-redis",
    "client": "canary09-client",
    "listed": "canary10-listed",
    "userinfo": "canary11-userinfo",
    "key": "canary12-named-so-by-the-operator",
    "environment": "canary13-environment",
    "plugin": "canary14-plugin",
}
"""Written by hand: what no rule of ours chose."""
PLUGIN = f"""
import base64
from tutor import hooks
hooks.Filters.CONFIG_DEFAULTS.add_items([
    ("MOON_TITLE", "{{{{ PLATFORM_NAME }}}}"),
    ("MOON_SESSION", "redis://:{{{{ REDIS_PASSWORD }}}}@redis/0"),
    ("MOON_DERIVED", {{"inner": ["x{{{{ SMTP_PASSWORD }}}}y", {{"{CANARIES["MYSQL_ROOT_PASSWORD"]}": 1}}]}}),
    ("MOON_ENCODED", "{{{{ OPENEDX_SECRET_KEY }}}}"),
    ("MOON_SECRET", "{CANARIES["plugin"]}"),
])
hooks.Filters.CONFIG_OVERRIDES.add_item(("LANGUAGE_CODE", "sv"))
"""
SERVER = ["mysql", "main", "--host", "db.example.com", "--user", "root", "--password-file", "-"]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory, _template: Callable[[str], Path]) -> dict[str, Ran]:
    """What each form of the command prints for a root full of secrets."""
    root = _full_root(tmp_path_factory.mktemp("config"), _template)
    forms = {
        "chosen": (),
        "all": ("--all",),
        "json": ("--all", "--output", "json"),
        "named": ("MOON_DERIVED", "MOON_CRM"),
    }
    environment = {"TUTOR_MOON_CODE": "code", "TUTOR_CMS_OAUTH2_SECRET": CANARIES["environment"]}
    return {form: root.launchpad("config", *words, **environment) for form, words in forms.items()}


def _full_root(home: Path, template: Callable[[str], Path]) -> Root:
    (home / "plugins").mkdir()
    (home / "plugins" / "moon.py").write_text(PLUGIN)
    shutil.copytree(template("launchpad mfe forum"), home / "root")
    root = Root(home / "root", {**_environment(home), "TUTOR_ROOT": str(home / "root")})
    root.tutor("launchpad", "server", "add", *SERVER, stdin="h1dden-passw0rd")
    named = {name: value for name, value in CANARIES.items() if name.isupper()}
    basic = base64.b64encode(f"joe:{CANARIES['SMTP_PASSWORD']}".encode()).decode()
    root.set(
        **named,
        PLUGINS=["forum", "launchpad", "mfe", "moon"],
        PLATFORM_NAME="Moon",
        LAUNCHPAD_MYSQL_SERVER="main",
        ENABLE_WEB_PROXY=True,
        MOON_CODE="overridden",
        MOON_CRM={"url": f"https://joe:{CANARIES['userinfo']}@crm", "login": {"clientSecret": CANARIES["client"]}},
        MOON_TOKEN=[{"a": CANARIES["listed"]}],
        MOON_LICENCE=CANARIES["key"],
        MOON_BASIC=f"Basic {basic}",
        LAUNCHPAD_SECRET_SETTINGS=["MOON_LICENCE"],
    )
    return root


@pytest.mark.parametrize("form", ["chosen", "all", "json", "named"])
def test_nothing_secret_is_shown(shown: dict[str, Ran], form: str) -> None:
    ran = shown[form]

    assert ran.status == 0, ran.stderr
    assert checker.leaks({"output": (ran.stdout + ran.stderr).encode()}, CANARIES) == {}
    assert "PRIVATE KEY" not in ran.stdout


def _settings(shown: dict[str, Ran]) -> dict[str, Any]:
    return {one["name"]: one for one in json.loads(shown["json"].stdout)["settings"]}


@pytest.mark.parametrize(
    ("name", "value", "origin"),
    [
        ("PLATFORM_NAME", "Moon", "config.yml"),
        ("MOON_CODE", "code", "environment TUTOR_MOON_CODE"),
        ("CMS_OAUTH2_SECRET", "«CMS_OAUTH2_SECRET»", "environment TUTOR_CMS_OAUTH2_SECRET"),
        ("MOON_TITLE", "Moon", "default of plugin moon"),
        ("LANGUAGE_CODE", "sv", "plugin moon"),
        ("SMTP_PORT", 8025, "default of Tutor"),
        ("LAUNCHPAD_BRANCH", "main", "default of plugin launchpad"),
        ("ENABLE_WEB_PROXY", False, "Launchpad, over config.yml"),
        ("DRYDOCK_INIT_JOBS", True, "Launchpad"),
        ("MYSQL_HOST", "db.example.com", "server mysql/main"),
        ("OPENEDX_SECRET_KEY", "«OPENEDX_SECRET_KEY»", "generated"),
        ("MOON_CRM", {"url": "https://«MOON_CRM.url (user and password in its URL)»@crm",
                      "login": {"clientSecret": "«MOON_CRM.login.clientSecret»"}}, "config.yml"),
    ],
)  # fmt: skip
def test_value_is_rendered_and_its_origin_named(shown: dict[str, Ran], name: str, value: object, origin: str) -> None:
    found = _settings(shown)[name]

    assert (found["value"], found["origin"]) == (value, origin)


def test_defaults_and_what_is_generated_are_left_to_all(shown: dict[str, Ran]) -> None:
    text = shown["chosen"].stdout

    assert "# config.yml\n" in text
    assert "PLATFORM_NAME: Moon\n" in text
    assert "# server mysql/main\n" in text
    assert not {"SMTP_PORT", "LAUNCHPAD_SEAL_KEY", "MOON_TITLE", "PLUGIN_INDEXES"} & set(text.replace(":", " ").split())
    assert "more are defaults or generated: --all shows them." in shown["chosen"].stderr


def test_unknown_name_and_a_contradiction_are_refused(root: Root) -> None:
    unknown, both = root.launchpad("config", "lms_hosts"), root.launchpad("config", "LMS_HOST", "--all")

    assert (unknown.status, both.status) == (1, 2)
    assert "No setting has the name lms_hosts: is it LMS_HOST" in unknown.stderr


def test_faults_are_told_beside_what_they_concern(root: Root) -> None:
    root.set(SMTP_PASSWORD="802", LMS_HOST="a_b")

    beside, unsafe = root.launchpad("config", "CMS_HOST"), root.launchpad("config", "SMTP_PORT")

    assert (beside.status, beside.stdout) == (0, "# default of Tutor\nCMS_HOST: studio.a_b\n")
    assert "LMS_HOST 'a_b' is not a host name" in beside.stderr
    assert "SMTP_PASSWORD" not in beside.stderr
    assert (unsafe.status, unsafe.stdout) == (1, "")
    assert "SMTP_PASSWORD is secret but has only 3 characters" in unsafe.stderr
