"""A setting that should name a host and does not is told once, with what to write instead."""

from __future__ import annotations

import pytest

from tutor_launchpad.core.host_names import setting_problems
from tutor_launchpad.core.types import Config

CONFIG: Config = {"LMS_HOST": "learn.example.com", "CMS_HOST": "studio.example.com"}
TEMPLATES = {"CMS_HOST": "studio.{{ LMS_HOST }}", "NOTES_HOST": "notes.{{ LMS_HOST }}", "MYSQL_HOST": "mysql"}


@pytest.mark.parametrize(
    ("value", "advice"),
    [
        ("", "it is empty"),
        ("*.example.com", "an instance serves hosts that it names"),
        ("https://example.com", "leave out the scheme"),
        ("example.com:8000", "leave out the port"),
        ("example.com/learn", "leave out what follows the host"),
        ("my_school.example.com", "host names have no underscores"),
        ("example.com.", "leave out the last dot"),
        ("münchen.example.com", "write it in its ASCII form, xn--mnchen-3ya.example.com"),
        ("学校.example.com", "write it in its ASCII form, xn--48s290a.example.com"),
        ("straße.example.com", "write it in its ASCII form, which begins with xn--"),
        ("Learn.Example.com", "write it in lower case, learn.example.com"),
        ("10.0.0.1", "an Ingress serves names, not IP addresses"),
        ("10.0.0.1:80", "an Ingress serves names, not IP addresses"),
        ("::1", "an Ingress serves names, not IP addresses"),
        ("[::1]:8000", "an Ingress serves names, not IP addresses"),
        ("a..b", "it takes letters, digits, dots and dashes"),
        ("-a.example.com", "it takes letters, digits, dots and dashes"),
        ("two words", "it takes letters, digits, dots and dashes"),
        (f"{'a' * 64}.example.com", "at most 63 between two dots"),
        (".".join(["abc"] * 64), "253 in all"),
        ("a\0b", "it takes letters"),
        (7, "write a text"),
    ],
)  # fmt: skip
def test_value_that_is_no_host_is_told_with_its_remedy(value: object, advice: str) -> None:
    (problem,) = setting_problems({**CONFIG, "LMS_HOST": value}, TEMPLATES)

    assert problem.startswith("LMS_HOST ")
    assert advice in problem
    assert "tutor config save --set LMS_HOST=…" in problem


@pytest.mark.parametrize("value", ["localhost", "a.b", "xn--mnchen-3ya.de", "1.example.com", f"{'a' * 63}.com"])
def test_host_names_are_taken(value: str) -> None:
    assert setting_problems({**CONFIG, "LMS_HOST": value}, TEMPLATES) == []


def test_hosts_derived_from_a_false_one_are_not_told_again() -> None:
    config = {"LMS_HOST": "a_b.com", "CMS_HOST": "studio.a_b.com", "MFE_HOST": "apps.a_b.com", "NOTES_HOST": "n_o.com"}

    problems = setting_problems(config, TEMPLATES)

    assert [problem.split()[0] for problem in problems] == ["LMS_HOST", "NOTES_HOST"]


def test_hosts_that_only_pods_use_may_be_anything() -> None:
    assert setting_problems({**CONFIG, "MYSQL_HOST": "10.0.0.1", "REDIS_HOST": "a_b"}, TEMPLATES) == []


@pytest.mark.parametrize("setting", ["DRYDOCK_INGRESS_EXTRA_HOSTS", "DRYDOCK_INGRESS_LMS_EXTRA_HOSTS"])
def test_lists_of_hosts_are_looked_through(setting: str) -> None:
    problems = setting_problems(
        {**CONFIG, setting: ["a.example.com", "*.example.com", "A.example.com", None]}, TEMPLATES
    )

    assert [problem.split()[0] for problem in problems] == [f"{setting}[2]", f"{setting}[3]"]
    assert setting_problems({**CONFIG, setting: None}, TEMPLATES) == []


def test_one_host_for_two_settings_is_told_with_both() -> None:
    (problem,) = setting_problems({**CONFIG, "CMS_HOST": "learn.example.com"}, TEMPLATES)

    assert problem == "LMS_HOST and CMS_HOST are both 'learn.example.com': each needs a host of its own."


def test_address_with_a_password_is_not_repeated() -> None:
    (problem,) = setting_problems({**CONFIG, "LMS_HOST": "https://me:h1dden@example.com"}, TEMPLATES)

    assert "h1dden" not in problem
    assert "leave out the scheme" in problem
