"""What an instance needs on a MySQL server."""

from __future__ import annotations

from tests.unit.core.resources.wanted import MYSQL, wanted
from tutor_launchpad.core.resources import (
    ResourcePlan,
    plan_mysql,
)


def _databases(plan: ResourcePlan) -> list[tuple[str, str, str]]:
    return [(one["name"], one["username"], one["password_key"]) for one in plan.part["databases"]]


def test_mysql_gives_each_complete_triple_a_schema_and_all_one_user() -> None:
    plan = plan_mysql(wanted(), MYSQL)

    assert _databases(plan) == [
        ("moon__openedx", "moon__openedx", "OPENEDX_MYSQL_PASSWORD"),
        ("moon__notes", "moon__openedx", "OPENEDX_MYSQL_PASSWORD"),
    ]
    assert plan.secrets == {"OPENEDX_MYSQL_PASSWORD": "pw-openedx"}


def test_mysql_configures_tutor_for_what_is_made() -> None:
    assert plan_mysql(wanted(), MYSQL).overrides == {
        "RUN_MYSQL": False,
        "MYSQL_HOST": "db.example.com",
        "MYSQL_PORT": 3306,
        "OPENEDX_MYSQL_DATABASE": "moon__openedx",
        "OPENEDX_MYSQL_USERNAME": "moon__openedx",
        "OPENEDX_MYSQL_PASSWORD": "pw-openedx",
        "NOTES_MYSQL_DATABASE": "moon__notes",
        "NOTES_MYSQL_USERNAME": "moon__openedx",
        "NOTES_MYSQL_PASSWORD": "pw-openedx",
        "MYSQL_ROOT_USERNAME": "moon__openedx",
        "MYSQL_ROOT_PASSWORD": "pw-openedx",
    }


def test_mysql_keeps_what_somebody_chose() -> None:
    plan = plan_mysql(wanted(NOTES_MYSQL_DATABASE="old_notes", NOTES_MYSQL_USERNAME="noter"), MYSQL)

    assert _databases(plan)[1] == ("old_notes", "noter", "NOTES_MYSQL_PASSWORD")
    assert plan.secrets["NOTES_MYSQL_PASSWORD"] == "pw-notes"
    assert plan.overrides["NOTES_MYSQL_PASSWORD"] == "pw-notes"


def test_mysql_takes_the_chosen_user_of_openedx_for_all_schemas() -> None:
    plan = plan_mysql(wanted(OPENEDX_MYSQL_USERNAME="mine"), MYSQL)

    assert [user for _, user, _ in _databases(plan)] == ["mine", "mine"]
    assert plan.overrides["MYSQL_ROOT_USERNAME"] == "mine"
