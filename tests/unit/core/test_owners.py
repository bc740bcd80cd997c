from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from launchpad_workflows.items import Item, Owned

from tutor_launchpad.core.operations import Orphans, describe_orphans
from tutor_launchpad.core.owners import (
    Folders,
    Key,
    Live,
    Owner,
    Standing,
    describe_owner,
    split_used,
    without_folder,
)

OLD = Key("old", "XyZ")
NAME = Item("mysql", "main", "database", "old__openedx")
RECORDS = [Owned(NAME, *OLD, True)]
REMOVED = {OLD: ("1a2b3c4d5e6f", "2026-11-02T10:00:00+00:00")}
RUNS = Live(("Application old", "Namespace old"))
Abouts = Mapping[str, Mapping[str, Any] | None]


def judged(folders: Folders, live: Live | None = None, key: Key = OLD) -> Owner:
    return describe_owner(key, [Owned(NAME, *key, True)], folders, live or Live())


@pytest.mark.parametrize(
    ("abouts", "missing"),
    [
        pytest.param({"old": {"id": "XyZ"}}, [], id="its folder"),
        pytest.param({"old": {"id": "AbC"}}, [OLD], id="another root's folder of the name"),
        pytest.param({"new": {"id": "XyZ"}}, [OLD], id="its root under another name"),
        pytest.param({"old": None}, [OLD], id="folder that cannot be read"),
        pytest.param({}, [OLD], id="nothing"),
    ],
)
def test_owner_is_known_by_name_and_root(abouts: Abouts, missing: list[Key]) -> None:
    assert without_folder(RECORDS, abouts) == missing


def test_owner_without_a_root_is_known_by_its_name() -> None:
    records = [Owned(NAME, "old", "", True)]

    assert without_folder(records, {"old": {"id": "XyZ"}}) == []
    assert judged(Folders({}, {Key("old", ""): ("1", "2")}), key=Key("old", "")).standing is Standing.ROOTLESS


@pytest.mark.parametrize(
    ("folders", "live", "standing", "what"),
    [
        (Folders({}, REMOVED), None, "removed", "commit 1a2b3c4d5e of 2026-11-02 has removed its folder from the repository"),
        (Folders({}, REMOVED), RUNS, "removed", "the cluster has Application old and Namespace old"),
        (Folders(), None, "undeployed", "the repository has never had its folder"),
        (Folders({}, {Key("old", "AbC"): ("1", "2")}), None, "undeployed", "never had its folder"),
        (Folders({"new": {"id": "XyZ"}}, REMOVED), None, "renamed", "its Tutor root is deployed as new now"),
        (Folders({"old": {"id": "AbC"}}), None, "replaced", "folder instances/old is another Tutor root's"),
        (Folders({"old": None}, REMOVED), None, "unreadable", "instances/old/launchpad.json is missing or cannot be read"),
        (Folders({}, REMOVED), Live(source="https://git/x, branch x"), "elsewhere", "deployed from https://git/x, branch x"),
    ],
)  # fmt: skip
def test_standing_is_the_surest_that_is_known(folders: Folders, live: Live | None, standing: str, what: str) -> None:
    owner = judged(folders, live)

    assert owner.standing.value == standing
    assert what in owner.what


def test_what_may_still_run_is_to_be_stopped_before_its_data_goes() -> None:
    assert judged(Folders({}, REMOVED), RUNS).todo.startswith(
        "it may still run and use its data: take it from the cluster"
    )
    assert judged(Folders({}, REMOVED)).todo.startswith("free the names with `tutor launchpad deprovision`")
    assert judged(Folders(), RUNS).todo.startswith("deploy it from its Tutor root")


def test_names_that_an_instance_uses_are_told_apart_whatever_their_case() -> None:
    data = {
        "mysql": {"at": "server", "server": "main", "names": {"A": "sun__openedx"}, "users": {"B": "sun"}},
        "mongodb": {"at": "namespace", "server": "", "names": {"C": "openedx"}},
        "storage": "changed by hand",
    }
    names = ["database/SUN__openedx", "database/sun", "user/sun"]
    nobodys = {"mysql/main": names, "mysql/spare": names[:1], "mongodb/": ["database/openedx"]}

    orphans, used = split_used(nobodys, {"sun": {"data": data}, "broken": None})

    assert used == {"mysql/main": {"database/SUN__openedx": "sun", "user/sun": "sun"}}
    assert orphans == {
        "mysql/main": ("database/sun",),
        "mysql/spare": ("database/SUN__openedx",),
        "mongodb/": ("database/openedx",),
    }


def test_instances_of_other_repositories_take_a_line_and_are_no_orphans() -> None:
    away = Live(source="https://git/x, branch main")
    owners = [judged(Folders(), away, Key(f"moon-{number}", "XyZ")) for number in range(7)]

    lines = describe_orphans(Orphans({}, {}, tuple(owners), {}), local=False)

    assert lines == [
        "recorded for instances deployed from https://git/x, branch main, so no orphans: "
        "moon-0, moon-1, moon-2, moon-3, moon-4 and 2 more instances"
    ]
