"""Which changes part an instance from its data, and what is said of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from launchpad_workflows import names

from tutor_launchpad.core.data.claims import Claim
from tutor_launchpad.core.data.former import excused, former_names
from tutor_launchpad.core.data.partings import Change, Parting, find_partings, renamed_instance
from tutor_launchpad.core.data.places import Place

NAMES = {"OPENEDX_MYSQL_DATABASE": "openedx"}
ON_SERVER = {"OPENEDX_MYSQL_DATABASE": "moon__openedx"}
INSIDE = Place("namespace", names=NAMES)
MAIN = Place("server", "main", "db:3306", ON_SERVER, {"OPENEDX_MYSQL_USERNAME": "moon__openedx"})
SPARE = replace(MAIN, server="spare", address="db2:3306")
MINIO = Place("namespace", names={"MINIO_BUCKET_NAME": "openedx"})
BUCKET = Place("server", "main", "https://s3", {"LAUNCHPAD_S3_BUCKET": "moon--openedx"})


def change(before: Place, after: Place, resource: str = "mysql", claims: str = "", kept: str = "") -> list[Parting]:
    named = {name: Claim(name, {}) for name in claims.split()}
    return find_partings(Change("moon", {resource: before}, {resource: after}, named, {}, frozenset(kept.split())))


@pytest.mark.parametrize(
    ("before", "after", "resource", "sentence"),
    [
        pytest.param(INSIDE, MAIN, "mysql", "from the namespace (claim mysql) to server mysql/main (db:3306)", id="to server"),
        pytest.param(INSIDE, MAIN, "mysql", "would start without it (openedx becomes moon__openedx)", id="to another name"),
        pytest.param(MAIN, SPARE, "mysql", "from server mysql/main (db:3306) to server mysql/spare (db2:3306)", id="servers"),
        pytest.param(MAIN, INSIDE, "mysql", "from server mysql/main (db:3306) to the namespace", id="back"),
        pytest.param(MAIN, replace(MAIN, address="db9:3306"), "mysql", "to server mysql/main (db9:3306)", id="address"),
        pytest.param(
            INSIDE, Place("elsewhere", "", "x:3306", NAMES), "mysql", "to x:3306, which Launchpad does not keep", id="by hand"
        ),
        pytest.param(MINIO, BUCKET, "storage", "from the namespace (claim minio) to server storage/main", id="minio"),
        pytest.param(Place("pods"), BUCKET, "storage", "is in the pods alone, and this deploy replaces them", id="files"),
        pytest.param(MINIO, Place("pods"), "storage", "to the pods.", id="minio switched off"),
        pytest.param(
            Place("namespace"), Place("elsewhere", address="https://s"), "meilisearch", "until it is built anew", id="search"
        ),
        pytest.param(Place("server", "main"), Place("pods"), "redis", "redis moves from server redis/main to", id="other"),
    ],
)  # fmt: skip
def test_move_is_named_with_its_ways(before: Place, after: Place, resource: str, sentence: str) -> None:
    (parting,) = change(before, after, resource)

    assert parting.resource == resource
    assert sentence in parting.what


def test_claim_of_what_moves_is_told_once() -> None:
    (parting,) = change(INSIDE, MAIN, claims="mysql")

    assert "Claim mysql stays with what it holds." in parting.what


def test_coming_back_finds_the_claim_of_before() -> None:
    (parting,) = change(MAIN, INSIDE, kept="mysql")

    assert "Claim mysql is found again, with what it held before." in parting.what


@pytest.mark.parametrize("unchanged", [INSIDE, MAIN, MINIO, Place("pods"), Place("namespace", names=None)])
def test_nothing_new_is_nothing_to_tell(unchanged: Place) -> None:
    assert change(unchanged, unchanged) == []


def test_old_record_does_not_take_unknown_names_for_other_ones() -> None:
    assert change(Place("server", "main", names=None), MAIN) == []
    assert len(change(Place("namespace", names=None), MAIN)) == 1


def test_other_database_in_the_same_place_is_named() -> None:
    (parting,) = change(MAIN, replace(MAIN, names={"OPENEDX_MYSQL_DATABASE": "new"}))

    assert parting.what.startswith(
        "OPENEDX_MYSQL_DATABASE changes from moon__openedx to new. Data does not move by itself"
    )
    assert "an empty database, and moon__openedx stays in server mysql/main" in parting.what


def test_other_user_is_named_with_how_to_keep_it() -> None:
    (parting,) = change(MAIN, replace(MAIN, users={"OPENEDX_MYSQL_USERNAME": "new"}))

    assert "User moon__openedx stays in server mysql/main (db:3306), with its rights" in parting.what
    assert parting.todo[0] == "keep it: tutor config save --set OPENEDX_MYSQL_USERNAME=moon__openedx"


LONG = "one-two-three-four-five-six"
USERS = [
    ("mysql", names.mysql_user("moon", "openedx"), names.MYSQL_USER, "_"),
    ("mysql", names.mysql_user(LONG, "openedx"), names.MYSQL_USER, "_"),
    ("mongodb", names.mongodb_user("moon", "openedx"), names.MONGODB_USER, "_"),
    ("storage", names.access_key("moon", "openedx"), names.ACCESS_KEY, "-"),
]


@pytest.mark.parametrize(("resource", "name", "limit", "separator"), USERS, ids=["mysql", "cut", "mongodb", "storage"])
def test_rotation_to_the_second_name_and_back_is_no_other_user(
    resource: str, name: str, limit: int, separator: str
) -> None:
    first = replace(MAIN, users={"USERNAME": name})
    second = replace(MAIN, users={"USERNAME": names.generation(name, 2, limit, separator)})

    assert change(first, second, resource) == change(second, first, resource) == []


def test_other_user_after_a_rotation_is_kept_by_its_first_name() -> None:
    second = replace(MAIN, users={"OPENEDX_MYSQL_USERNAME": "moon__openedx__2"})

    (parting,) = change(second, replace(MAIN, users={"OPENEDX_MYSQL_USERNAME": "new__2"}))

    assert parting.todo[0] == "keep it: tutor config save --set OPENEDX_MYSQL_USERNAME=moon__openedx"


def test_database_of_a_plugin_that_goes_is_named_and_its_user_is_not() -> None:
    databases = {**ON_SERVER, "NOTES_MYSQL_DATABASE": "moon__notes"}
    users = {**MAIN.users, "NOTES_MYSQL_USERNAME": "moon__openedx"}

    (parting,) = change(replace(MAIN, names=databases, users=users), MAIN)

    assert parting.what.startswith("Nothing uses database moon__notes (NOTES_MYSQL_DATABASE) any more.")


def test_bucket_and_index_have_their_own_words() -> None:
    (bucket,) = change(BUCKET, replace(BUCKET, names={"LAUNCHPAD_S3_BUCKET": "b"}), "storage")
    (index,) = change(
        Place("namespace", names={"MEILISEARCH_INDEX_PREFIX": "a_"}),
        Place("namespace", names={"MEILISEARCH_INDEX_PREFIX": "b_"}),
        "meilisearch",
    )

    assert "an empty bucket" in bucket.what
    assert "an empty index" in index.what


def test_claim_that_goes_with_its_plugin_is_named_with_how_to_delete_it() -> None:
    (parting,) = change(INSIDE, INSIDE, claims="library")

    assert parting.what.startswith("Nothing names claim library any more. It stays in namespace moon")
    assert parting.todo == ("delete it for good, once nobody needs it: kubectl -n moon delete pvc library",)


OTHERS = {"old": {"id": "AbC"}, "foreign": {"id": "XyZ"}, "odd": {}}


@pytest.mark.parametrize(
    ("own", "remembered", "expected"),
    [
        pytest.param(None, "", ["old"], id="by the root's ID"),
        pytest.param(None, "older", ["old", "older"], id="by what the root has kept"),
        pytest.param({"id": "AbC"}, "", [], id="told of before"),
        pytest.param({"id": "AbC"}, "newer", ["newer"], id="back to an earlier name"),
    ],
)
def test_former_names(own: dict[str, str] | None, remembered: str, expected: list[str]) -> None:
    assert former_names("AbC", OTHERS, own, remembered) == expected


def test_hosts_are_excused_only_of_folders_with_our_id() -> None:
    assert excused("AbC", OTHERS, ["old", "foreign", "gone"]) == {"old"}


def test_new_name_says_what_stays_and_what_runs_on() -> None:
    (parting,) = renamed_instance("moon", ["old"])

    assert "deployed as instance old before. Instance moon starts empty" in parting.what
    assert "Application goes on running and serves its hosts" in parting.what
    assert parting.todo[0].endswith("K8S_NAMESPACE=old")
