"""Several faults at once: each once, and none that only follows from another."""

from __future__ import annotations

import pytest

from tutor_launchpad.core.faults import concerning, independent, sources, subject

WRITTEN = {
    "LMS_HOST": "{{ BROKEN",
    "CMS_HOST": "studio.{{ LMS_HOST }}",
    "TITLE": "LMS_HOST is no template here",
    "LOOP": "{{ POOL }}",
    "POOL": "{{ LOOP }}",
    "EMPTY": "",
}


@pytest.mark.parametrize(
    ("sentence", "setting"),
    [
        ("LMS_HOST 'x' is no host: set CMS_HOST.", "LMS_HOST"),
        ("Setting TITLE[0] would be readable.", "TITLE"),
        ("The hook MYSQL_DATABASES names A_B.", ""),
        ("TITLES is another one.", ""),
    ],
    ids=["first of two", "a part of it", "none", "a longer name"],
)
def test_subject_is_the_setting_that_is_named_first(sentence: str, setting: str) -> None:
    assert subject(sentence, WRITTEN) == setting


def test_sources_follow_templates_alone_and_end_in_a_circle() -> None:
    found = {name: sources(name, WRITTEN) for name in ("CMS_HOST", "TITLE", "LOOP")}

    assert found == {"CMS_HOST": {"CMS_HOST", "LMS_HOST"}, "TITLE": {"TITLE"}, "LOOP": {"LOOP", "POOL"}}


def test_what_follows_from_an_earlier_fault_is_left_out() -> None:
    first = ["LMS_HOST cannot be rendered.", "No server x."]
    later = ["CMS_HOST is no host.", "LMS_HOST is no host.", "EMPTY is empty.", "EMPTY is short.", "No server x."]

    assert independent([first, later], WRITTEN) == [*first, "EMPTY is empty.", "EMPTY is short."]


def test_only_faults_of_what_was_asked_for_concern_it_and_those_of_nothing_named() -> None:
    told = ["LMS_HOST cannot be rendered.", "EMPTY is empty.", "No server x."]

    assert concerning(told, ["CMS_HOST"], WRITTEN) == ["LMS_HOST cannot be rendered.", "No server x."]
    assert concerning(told, ["TITLE"], WRITTEN) == ["No server x."]
