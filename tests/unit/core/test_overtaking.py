"""Which changes of others a deploy takes back."""

from __future__ import annotations

import json

import pytest

from tutor_launchpad.core.overtaking import PRIVATE, find_undone

BAD = {"config.yml": b"bad", "manifests/lms.yml": b"bad", "manifests/cms.yml": b"same"}
GOOD = {**BAD, "config.yml": b"good", "manifests/lms.yml": b"good"}


def _with(files: dict[str, bytes], private: str) -> dict[str, bytes]:
    return {**files, "launchpad.json": json.dumps({"private_settings": {"secret": private}}).encode()}


@pytest.mark.parametrize(
    ("head", "ours", "undone"),
    [
        (GOOD, GOOD, ()),
        (GOOD, {**GOOD, "manifests/lms.yml": b"new", "manifests/cms.yml": b"new"}, ()),
        (GOOD, BAD, ("config.yml", "manifests/lms.yml")),
        (GOOD, {**GOOD, "config.yml": b"third"}, ("config.yml",)),
        ({**BAD, "plugins/a.py": b"1"}, BAD, ("plugins/a.py",)),
        ({**BAD, "manifests/lms.yml": b"by hand"}, {**BAD, "manifests/lms.yml": b"new"}, ("manifests/lms.yml",)),
        ({**BAD, "manifests/lms.yml": b"by hand"}, {**BAD, "manifests/lms.yml": b"by hand"}, ()),
        (BAD, GOOD, ()),
    ],
    ids=["same", "on top of theirs", "goes back", "both change a setting", "plugin", "by hand", "by hand and ours", "only ours"],
)  # fmt: skip
def test_undone_is_what_others_changed_and_we_do_not_have(
    head: dict[str, bytes], ours: dict[str, bytes], undone: tuple[str, ...]
) -> None:
    assert find_undone(BAD, head, ours) == undone


def test_secret_setting_of_others_is_not_lost_unseen() -> None:
    head, ours = _with(GOOD, "theirs"), _with({**GOOD, "manifests/lms.yml": b"new"}, "own")

    assert find_undone(_with(GOOD, "old"), head, ours) == (PRIVATE,)
    assert find_undone(_with(GOOD, "old"), head, _with(ours, "theirs")) == ()
