"""The commands that a plan shows are the shell's, and hold no password."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from docs.run_page import blocks
from tutor_launchpad.core.data.advice import move, renamed
from tutor_launchpad.core.data.places import Place

SQL = {"OPENEDX_MYSQL_DATABASE": "openedx"}
SERVED = {"NOTES_MYSQL_DATABASE": "moon__notes", "OPENEDX_MYSQL_DATABASE": "moon__openedx"}
MONGO = {"FORUM_MONGODB_DATABASE": "cs_comments_service", "MONGODB_DATABASE": "openedx"}
MONGO_SERVED = {"FORUM_MONGODB_DATABASE": "moon__forum", "MONGODB_DATABASE": "moon__openedx"}
USERS = {"OPENEDX_MYSQL_USERNAME": "moon__openedx", "MONGODB_USERNAME": "moon__openedx"}
MINIO = {
    "MINIO_BUCKET_NAME": "openedx", "MINIO_OPENEDX_LEARNING_BUCKET_NAME": "openedxlearning",
}  # fmt: skip


def commands(resource: str, before: Place, after: Place) -> list[str]:
    return [line.split(": ", 1)[1] for line in move("moon", resource, before, after) if ": " in line]


PLACES = {
    "mysql": [Place("namespace", names=SQL), Place("server", "main", "db:3306", SERVED, USERS)],
    "mongodb": [Place("namespace", names=MONGO), Place("server", "main", "mongo:27017", MONGO_SERVED, USERS)],
    "storage": [Place("namespace", names=MINIO), Place("server", "main", "https://s3", {"LAUNCHPAD_S3_BUCKET": "b"})],
    "meilisearch": [Place("namespace"), Place("elsewhere", address="https://search")],
}


@pytest.mark.parametrize("resource", PLACES)
@pytest.mark.parametrize("back", [False, True], ids=["there", "back"])
def test_commands_are_of_a_shell(resource: str, back: bool) -> None:
    before, after = PLACES[resource][::-1] if back else PLACES[resource]

    for command in commands(resource, before, after):
        ran = subprocess.run(["bash", "-n", "-c", command], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, command + ran.stderr
        assert "--password" not in command


def test_mysql_is_dumped_in_its_pod_and_loaded_by_a_client() -> None:
    dump, load = commands("mysql", *PLACES["mysql"])

    assert dump == (
        'kubectl -n moon exec -i deploy/mysql -- sh -c \'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysqldump '
        "--single-transaction --no-tablespaces --user=root openedx' > openedx.sql"
    )
    assert load == (
        'MYSQL_PWD="$(tutor config printvalue OPENEDX_MYSQL_PASSWORD)" mysql --host=db --port=3306 '
        "--user=moon__openedx moon__openedx < openedx.sql"
    )


def test_database_of_a_plugin_that_goes_with_the_move_has_nowhere_to_go() -> None:
    found = commands("mysql", *PLACES["mysql"][::-1])

    assert [line.split()[-1] for line in found] == ["moon__openedx.sql", "moon__openedx.sql"]


def test_mongodb_is_loaded_under_its_new_name() -> None:
    found = commands("mongodb", *PLACES["mongodb"])

    assert found[0] == (
        "kubectl -n moon exec -i deploy/mongodb -- mongodump --db=cs_comments_service --archive > cs_comments_service.archive"
    )
    assert "--nsFrom='cs_comments_service.*' --nsTo='moon__forum.*'" in found[1]
    assert len(found) == 4


def test_buckets_of_minio_go_into_one_with_their_prefixes() -> None:
    assert commands("storage", *PLACES["storage"]) == [
        "rclone copy old:openedx new:b",
        "rclone copy old:openedx/openedx/media/profile-images new:b/profile-images",
        "rclone copy old:openedxlearning new:b/openedx-learning",
    ]


def test_only_the_database_that_changes_is_moved() -> None:
    before = PLACES["mysql"][1]
    after = replace(before, names={**SERVED, "NOTES_MYSQL_DATABASE": "new"})

    lines = renamed("moon", "mysql", "NOTES_MYSQL_DATABASE", before, after)

    assert [line.split(":")[0] for line in lines] == ["dump", "load", "explained in docs/howto/move-data.md"]
    assert " new < moon__notes.sql" in lines[1]


PAGE = (Path(__file__).parents[4] / "docs" / "howto" / "move-data.md").read_text(encoding="utf-8")
FIRST = {
    "mysql": (SQL, dict.fromkeys(SQL, "first__openedx"), "db.example.com:3306"),
    "mongodb": (
        {"MONGODB_DATABASE": "openedx"}, {"MONGODB_DATABASE": "first__openedx", "MONGODB_USERNAME": "first__openedx"},
        "mongo.example.com:27017",
    ),
    "storage": (
        {
            "MINIO_BUCKET_NAME": "openedx", "MINIO_FILE_UPLOAD_BUCKET_NAME": "openedxuploads",
            "MINIO_GRADES_BUCKET_NAME": "openedxgrades", "MINIO_OPENEDX_LEARNING_BUCKET_NAME": "openedxlearning",
            "MINIO_VIDEO_UPLOAD_BUCKET_NAME": "openedxvideos",
        },
        {"LAUNCHPAD_S3_BUCKET": "first--openedx"}, "https://s3.example.com",
    ),
}  # fmt: skip


@pytest.mark.parametrize("resource", FIRST)
def test_page_shows_the_commands_that_a_plan_gives(resource: str) -> None:
    inside, outside, address = FIRST[resource]
    users = dict.fromkeys(USERS, "first__openedx")
    places = [Place("namespace", names=inside), Place("server", "main", address, outside, users)]
    lines, back = move("first", resource, *places), move("first", resource, *places[::-1])

    (shown,) = [one.text.splitlines() for one in blocks(PAGE) if one.part == f"{resource}-copy"]

    assert shown == [line.split(": ", 1)[1] for line in lines[:-1]]
    if resource == "mysql":
        (load,) = [one.text for one in blocks(PAGE) if one.part == "claim-load"]
        assert load.replace("openedx.sql", "first__openedx.sql").strip() == back[1].split(": ", 1)[1]
