"""The statements of a second password, word by word: no MySQL 8 is at hand where these tests run."""

from __future__ import annotations

from typing import cast

import pytest
from launchpad_workflows.errors import Refused

pytest.importorskip("pymysql")

from launchpad_workflows.provisioners.mysql.rotation import SecondPassword, has_second_passwords
from launchpad_workflows.provisioners.mysql.session import Session


class Recorder:
    """Keeps what changes something; quotes as the driver does. `attributes`: of the user, as the server shows them."""

    address = "main (db:3306)"

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.attributes = "None"

    def column(self, statement: str, parameters: list[str]) -> list[str]:
        assert statement % ("",) == "SELECT User_attributes FROM mysql.user WHERE User =  AND Host = '%'"
        return [self.attributes] if parameters == ["it's"] else []

    def run(self, statement: str) -> list[tuple[object, ...]]:
        self.statements.append(statement)
        return []

    def literal(self, text: str) -> str:
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


@pytest.fixture
def admin() -> Recorder:
    return Recorder()


def second(admin: Recorder) -> SecondPassword:
    return SecondPassword(cast("Session", admin), "it's")


def test_next_password_is_let_in_beside_the_present_one(admin: Recorder) -> None:
    second(admin).add(next_opens=False, present="in use", password="new'")

    assert admin.statements == ["ALTER USER 'it\\'s'@'%' IDENTIFIED BY 'new\\'' RETAIN CURRENT PASSWORD"]


def test_password_in_use_that_is_the_second_one_becomes_the_first_before_another_is_let_in(admin: Recorder) -> None:
    admin.attributes = '{"additional_password": "$A$005$hash"}'

    second(admin).add(next_opens=False, present="in use", password="other")

    assert admin.statements == [
        "ALTER USER 'it\\'s'@'%' IDENTIFIED BY 'in use'",
        "ALTER USER 'it\\'s'@'%' IDENTIFIED BY 'other' RETAIN CURRENT PASSWORD",
    ]


def test_second_request_would_forget_the_password_in_use_and_is_not_sent(admin: Recorder) -> None:
    second(admin).add(next_opens=True, present="in use", password="new")

    assert admin.statements == []


def test_unknown_present_password_is_refused(admin: Recorder) -> None:
    with pytest.raises(Refused, match="neither by its present nor by its next password"):
        second(admin).add(next_opens=False, present=None, password="new")
    assert admin.statements == []


def test_former_password_is_discarded(admin: Recorder) -> None:
    second(admin).discard()

    assert admin.statements == ["ALTER USER 'it\\'s'@'%' DISCARD OLD PASSWORD"]


@pytest.mark.parametrize(
    ("version", "has"),
    [
        ("8.0.13", False),
        ("8.0.14", True),
        ("8.4.3", True),
        ("8.0.36-28.1", True),
        ("9.1.0", True),
        ("5.7.44-log", False),
        ("10.11.19-MariaDB-0+deb12u1", False),
        ("5.5.5-10.6.12-MariaDB", False),
        ("8.0", False),
    ],
)
def test_only_mysql_since_8_0_14_has_second_passwords(version: str, has: bool) -> None:
    assert has_second_passwords(version) is has
