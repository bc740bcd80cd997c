"""Modes of a server that hinder Open edX: each is told once, and MariaDB, which lacks one, is none the worse for it."""

from __future__ import annotations

from typing import cast

import pytest

pytest.importorskip("pymysql")

from launchpad_workflows.errors import BadCredentials, ProvisioningError
from launchpad_workflows.provisioners.mysql.modes import hindrances
from launchpad_workflows.provisioners.mysql.session import UNKNOWN_VARIABLE, Answered, Session


class Admin:
    """Answers with a server's variables."""

    def __init__(self, **variables: object) -> None:
        self.variables = variables

    def value(self, statement: str) -> object:
        name = statement.removeprefix("SELECT @@GLOBAL.")
        if isinstance(found := self.variables.get(name), ProvisioningError):
            raise found
        return found


UNKNOWN = Answered("unknown", UNKNOWN_VARIABLE)


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"sql_require_primary_key": 1, "sql_mode": "ANSI_QUOTES,ANSI"}, ["sql_require_primary_key", "sql_mode"]),
        ({"sql_require_primary_key": 0, "sql_mode": "STRICT_TRANS_TABLES"}, []),
        ({"sql_require_primary_key": UNKNOWN, "sql_mode": "REAL_AS_FLOAT,ANSI_QUOTES"}, ["sql_mode"]),
    ],
    ids=["managed", "right", "mariadb"],
)
def test_what_hinders_is_told(variables: dict[str, object], told: list[str]) -> None:
    found = list(hindrances(cast("Session", Admin(**variables))))

    assert [line.split()[0] for line in found] == told


def test_other_errors_are_not_taken_for_a_missing_variable() -> None:
    with pytest.raises(BadCredentials):
        list(hindrances(cast("Session", Admin(sql_require_primary_key=BadCredentials("no")))))
