"""A setting of Tutor, Drydock or a plugin in a form that templates would render as something else is told by name."""

from __future__ import annotations

from typing import Any

import pytest

from tutor_launchpad.core.values import value_problems

DEFAULTS = {
    "ENABLE_HTTPS": False,
    "PLATFORM_NAME": "My Open edX",
    "LMS_HOST": "local.openedx.io",
    "K8S_NAMESPACE": "openedx",
    "SMTP_PORT": 8025,
    "OPENEDX_LMS_UWSGI_WORKERS": 2,
    "PLUGINS": ["mfe"],
    "DRYDOCK_INGRESS": True,
    "DRYDOCK_CUSTOM_CERTS": {},
    "DRYDOCK_INGRESS_EXTRA_HOSTS": [],
    "DRYDOCK_PDB_MINAVAILABLE_PERCENTAGE_LMS": 0,
    "FORUM_SWITCH": True,
    "FORUM_TEXT": "a",
}
OWN = {name for name in DEFAULTS if not name.startswith(("FORUM_", "DRYDOCK_"))}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("ENABLE_HTTPS", "false", "ENABLE_HTTPS is a text, where true or false must be, and templates take every text"),
        ("ENABLE_HTTPS", "perhaps", "ENABLE_HTTPS is a text, where true or false must be"),
        ("ENABLE_HTTPS", 1, "ENABLE_HTTPS is a number, where true or false must be: write one of them without quotes."),
        ("ENABLE_HTTPS", None, "ENABLE_HTTPS is empty, where true or false must be"),
        ("DRYDOCK_INGRESS", [], "DRYDOCK_INGRESS is a list, where true or false must be"),
        ("FORUM_SWITCH", "No", "FORUM_SWITCH is a text, where true or false must be"),
        ("PLATFORM_NAME", None, "PLATFORM_NAME is empty, where a text must be: correct it, or take it out"),
        ("PLATFORM_NAME", False, "PLATFORM_NAME is a switch, where a text must be: write it in quotes."),
        ("PLATFORM_NAME", {"a": 1}, "PLATFORM_NAME is a mapping, where a text must be"),
        ("LMS_HOST", 7, "LMS_HOST is a number, where a text must be: write it in quotes."),
        ("K8S_NAMESPACE", 7, "K8S_NAMESPACE is a number, where a text must be: write it in quotes."),
        ("SMTP_PORT", "smtp", "SMTP_PORT 'smtp' is not a port: set it to a number from 1 to 65535."),
        ("SMTP_PORT", 65536, "SMTP_PORT '65536' is not a port"),
        ("SMTP_PORT", 0, "SMTP_PORT '0' is not a port"),
        ("SMTP_PORT", -1, "SMTP_PORT '-1' is not a port"),
        ("SMTP_PORT", 25.0, "SMTP_PORT '25.0' is not a port"),
        ("SMTP_PORT", True, "SMTP_PORT 'True' is not a port"),
        ("SMTP_PORT", "²", "SMTP_PORT '²' is not a port"),
        ("SMTP_PORT", None, "SMTP_PORT 'None' is not a port"),
        ("OPENEDX_LMS_UWSGI_WORKERS", "two", "OPENEDX_LMS_UWSGI_WORKERS is a text, where a number from 0 on must be"),
        ("DRYDOCK_PDB_MINAVAILABLE_PERCENTAGE_LMS", "50", "must be a number from 0 to 100, without quotes"),
        ("DRYDOCK_PDB_MINAVAILABLE_PERCENTAGE_LMS", 101, "must be a number from 0 to 100, without quotes"),
        ("DRYDOCK_CUSTOM_CERTS", ["a"], "DRYDOCK_CUSTOM_CERTS is a list, where a mapping must be"),
        ("PLUGINS", "mfe", "PLUGINS is a text, where a list must be"),
        ("PLUGINS", ["mfe", 1], "PLUGINS[1] is a number, where a text must be"),
        ("DRYDOCK_INGRESS_EXTRA_HOSTS", ["a.b", None], "DRYDOCK_INGRESS_EXTRA_HOSTS[1] is empty, where a text must be"),
    ],
)  # fmt: skip
def test_value_of_another_form_is_told_by_name(name: str, value: object, sentence: str) -> None:
    (problem,) = value_problems({name: value}, DEFAULTS, OWN)

    assert sentence in problem


@pytest.mark.parametrize(
    "values",
    [
        DEFAULTS,
        {"SMTP_PORT": "25", "OPENEDX_LMS_UWSGI_WORKERS": "4"},
        {"PLATFORM_NAME": 7},
        {"PLATFORM_NAME": ""},
        {"ENABLE_HTTPS": "{{ SECURE }}", "SMTP_PORT": "{% if A %}25{% endif %}"},
        {"FORUM_SWITCH": "external", "FORUM_TEXT": ["a"]},
        {"UNKNOWN": None, "UNKNOWN_TOO": [{}]},
    ],
    ids=["defaults", "numbers as text", "text as number", "nothing", "templates", "a plugin's own forms", "unknown"],
)
def test_forms_that_render_as_meant_are_taken(values: dict[str, Any]) -> None:
    assert value_problems(values, DEFAULTS, OWN) == []


def test_secrets_of_another_form_are_not_repeated() -> None:
    values = {"PLATFORM_NAME": ["h1dden"], "ENABLE_HTTPS": "h1dden", "DRYDOCK_CUSTOM_CERTS": "h1dden"}

    problems = value_problems(values, DEFAULTS, OWN)

    assert len(problems) == 3
    assert "h1dden" not in str(problems)
