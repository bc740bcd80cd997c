from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable

import pytest
from launchpad_workflows import names

Derive = Callable[[str, str], str]

RULES: list[tuple[Derive, int, str]] = [
    (names.mysql_database, 64, r"[a-z0-9_]+"),
    (names.mysql_user, 32, r"[a-z0-9_]+"),
    (names.mongodb_database, 63, r"[a-z0-9_]+"),
    (names.mongodb_user, 64, r"[a-z0-9_]+"),
    (names.bucket, 63, r"[a-z0-9][a-z0-9-]+[a-z0-9]"),
    (names.access_key, 63, r"[a-z0-9][a-z0-9-]+[a-z0-9]"),
]
CRAFTED = [
    "a",
    "a-b",
    "a--b",
    "a-b-c",
    "a--b--c",
    "a-x0123456789ab",
    "xn",
    "sthree",
    "i",
    "i-a",
    "x" * 63,
    "x" * 62 + "y",
]
PURPOSES = ["openedx", "b", "b_c", "b-c", "_b", "b__c", "c--x-s3", "Media", "x" * 70, "ol-s3", "s3alias"]


def labels(count: int) -> list[str]:
    """Random DNS labels of all lengths, the same in every run."""
    chance = random.Random(7)
    texts = ("".join(chance.choices("ab9-", k=chance.randint(1, 63))).strip("-") for _ in range(count))
    return [text for text in texts if text]


@pytest.mark.parametrize(("derive", "limit", "pattern"), RULES, ids=[rule[0].__name__ for rule in RULES])
def test_any_instance_and_purpose_give_a_distinct_valid_name(derive: Derive, limit: int, pattern: str) -> None:
    pairs = set(itertools.product({*CRAFTED, *labels(400)}, PURPOSES))

    derived = [derive(instance, purpose) for instance, purpose in pairs]

    assert len(set(derived)) == len(pairs)
    assert all(len(name) <= limit and re.fullmatch(pattern, name) for name in derived)


def test_short_names_stay_readable() -> None:
    assert names.mysql_database("my-site", "openedx") == "my_site__openedx"
    assert names.bucket("my-site", "media") == "my-site--media"


def test_joined_parts_do_not_meet() -> None:
    assert names.mysql_database("a-b", "c") != names.mysql_database("a", "b_c")


def test_no_bucket_has_a_reserved_name() -> None:
    found = [names.bucket(instance, purpose) for instance, purpose in itertools.product(CRAFTED, PURPOSES)]

    assert not [name for name in found if name.startswith(("xn--", "sthree-")) or name.endswith(("--x-s3", "--ol-s3"))]


def test_long_names_begin_readably() -> None:
    name = names.mysql_user("a-very-long-instance-name-indeed", "openedx")

    assert re.fullmatch(r"i_a_very_long_inst\w*_x[0-9a-f]{12}", name)
    assert name == names.mysql_user("a-very-long-instance-name-indeed", "openedx")


@pytest.mark.parametrize(("instance", "purpose"), [("", "openedx"), ("alpha", "")])
def test_empty_part_is_refused(instance: str, purpose: str) -> None:
    with pytest.raises(ValueError, match="neither of them empty"):
        names.mysql_database(instance, purpose)


def test_cut_keeps_what_fits_and_marks_what_does_not() -> None:
    assert names.cut("short", 10) == "short"
    assert len(names.cut("x" * 60, 54)) == 54
    assert names.cut("x" * 60, 54) != names.cut("x" * 61, 54)


@pytest.mark.parametrize(
    ("name", "limit", "separator", "second"),
    [
        ("moon__openedx", 32, "_", "moon__openedx__2"),
        ("moon--openedx", 63, "-", "moon--openedx--2"),
        ("chosen", 32, "_", "chosen__2"),
    ],
)
def test_second_generation_of_a_user_ends_in_its_number(name: str, limit: int, separator: str, second: str) -> None:
    assert names.generation(name, 1, limit, separator) == name
    assert names.generation(name, 2, limit, separator) == second


def test_long_users_of_the_second_generation_stay_apart_and_fit() -> None:
    seconds = {names.generation("u" * 28 + ending, 2, 32) for ending in ("aaaa", "bbbb", "aaa")}

    assert len(seconds) == 3
    assert {len(second) <= 32 and second.endswith("__2") for second in seconds} == {True}
