"""Settings as people may see them."""

from __future__ import annotations

import pytest
import yaml

from tutor_launchpad.core.errors import NotFound
from tutor_launchpad.core.seal import Mask
from tutor_launchpad.core.shown import Shown, chosen, describe_settings, masked

SECRETS = {"A": "same-s3cret", "B.key[0]": "same-s3cret", "PIN": "12345678"}
MASK = Mask(SECRETS)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("A", "same-s3cret", "«A»"),
        ("B", {"key": ["same-s3cret", 1]}, {"key": ["«B.key[0]»", 1]}),
        ("PIN", 12345678, "«PIN»"),
        ("C", [12345678, True, None, 1.5], ["«PIN»", True, None, 1.5]),
        ("D", {"same-s3cret": "x"}, {"«A»": "x"}),
        ("E", "c2FtZS1zM2NyZXQ=", "«A»"),
    ],
    ids=["plain", "nested", "number", "elsewhere", "key", "base64"],
)
def test_secret_is_shown_as_the_setting_that_it_is(name: str, value: object, shown: object) -> None:
    assert masked(value, name, SECRETS, MASK) == shown


def test_groups_go_from_what_somebody_chose_to_defaults() -> None:
    origins = ["default of Tutor", "generated", "server mysql/main", "config.yml"]
    text = describe_settings([Shown(f"S{number}", number, origin) for number, origin in enumerate(origins)])

    assert [line[2:] for line in text.splitlines() if line.startswith("#")] == [
        "config.yml", "server mysql/main", "generated", "default of Tutor"
    ]  # fmt: skip
    assert yaml.safe_load(text) == {"S0": 0, "S1": 1, "S2": 2, "S3": 3}


def test_named_settings_come_once_and_an_unknown_one_is_refused() -> None:
    settings = [Shown("LMS_HOST", "a", "config.yml"), Shown("CMS_HOST", "b", "config.yml")]

    assert chosen(settings, ["CMS_HOST", "CMS_HOST"]) == settings[1:]
    with pytest.raises(NotFound, match="No setting has the name zzz: see `tutor launchpad config --all`"):
        chosen(settings, ["zzz"])
