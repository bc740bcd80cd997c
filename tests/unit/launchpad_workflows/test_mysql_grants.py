from __future__ import annotations

import pytest
from launchpad_workflows.errors import Refused
from launchpad_workflows.provisioners.mysql import grants as sql
from launchpad_workflows.provisioners.mysql.grants import Grant

OWN = r"`a\_b`.*"
USER = "'u'@'%'"


@pytest.mark.parametrize(
    ("name", "target"),
    [("a_b", r"`a\_b`.*"), ("a%b", r"`a\%b`.*"), ("a-b", "`a-b`.*"), ("a`b", "`a``b`.*"), ("a\\b", "`a\\\\b`.*")],
)
def test_wildcards_are_escaped_in_a_grant(name: str, target: str) -> None:
    assert sql.target_of(name) == target


def test_nothing_is_escaped_where_the_server_reads_literally() -> None:
    assert sql.target_of("a_b", literal=True) == "`a_b`.*"


@pytest.mark.parametrize(
    ("line", "grants"),
    [
        ("GRANT USAGE ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*AB'", []),
        ("GRANT USAGE ON *.* TO `u`@`%` WITH GRANT OPTION", [Grant("USAGE", "*.*", True)]),
        (r"GRANT ALL PRIVILEGES ON `a\_b`.* TO `u`@`%`", [Grant("ALL PRIVILEGES", OWN)]),
        ("GRANT SELECT, INSERT ON `x`.`t` TO `u`@`%`", [Grant("SELECT, INSERT", "`x`.`t`")]),
        ("GRANT SELECT ON `with ON TO in it`.* TO `u`@`%`", [Grant("SELECT", "`with ON TO in it`.*")]),
        ("GRANT `role`@`%` TO `u`@`%`", [Grant("`role`@`%`")]),
        ("SET DEFAULT ROLE `role` FOR `u`@`%`", []),
    ],
)
def test_lines_of_both_servers_are_read(line: str, grants: list[Grant]) -> None:
    assert sql.parse([line]) == grants


def test_line_of_unknown_form_is_an_error() -> None:
    with pytest.raises(Refused, match="not understood"):
        sql.parse(["DENY EVERYTHING"])


def test_partial_privileges_count_as_missing() -> None:
    assert sql.missing([Grant("SELECT", OWN)], [OWN]) == [OWN]
    assert sql.missing([Grant("ALL PRIVILEGES", OWN)], [OWN]) == []


def test_what_goes_beyond_is_surplus() -> None:
    grants = [Grant("ALL PRIVILEGES", OWN), Grant("SELECT", "*.*"), Grant("ALL PRIVILEGES", "`a_b`.*"), Grant("`role`")]

    assert sql.surplus(grants, [OWN]) == grants[1:]


@pytest.mark.parametrize(
    ("grant", "statements"),
    [
        (Grant("SELECT", "*.*"), [f"REVOKE ALL PRIVILEGES ON *.* FROM {USER}"]),
        (Grant("ALL PRIVILEGES", OWN, True), [f"REVOKE GRANT OPTION ON {OWN} FROM {USER}"]),
        (
            Grant("SELECT", "`x`.*", True),
            [f"REVOKE ALL PRIVILEGES ON `x`.* FROM {USER}", f"REVOKE GRANT OPTION ON `x`.* FROM {USER}"],
        ),
        (Grant("`role`@`%`"), [f"REVOKE `role`@`%` FROM {USER}"]),
        (Grant("PROXY", "''@''"), [f"REVOKE PROXY ON ''@'' FROM {USER}"]),
    ],
)
def test_surplus_is_taken_away_and_nothing_else(grant: Grant, statements: list[str]) -> None:
    assert sql.revocation(grant, [OWN], USER) == statements


def test_what_is_held_on_a_former_schema_stays_but_for_the_right_to_hand_it_on() -> None:
    former = "`former`.*"
    held = [Grant("ALL PRIVILEGES", OWN), Grant("ALL PRIVILEGES", former)]

    assert sql.changes(held, [OWN], USER, [former]) == []
    assert sql.changes(held, [OWN], USER) == [f"REVOKE ALL PRIVILEGES ON {former} FROM {USER}"]
    handed_on = sql.changes([*held[:1], Grant("ALL PRIVILEGES", former, True)], [OWN], USER, [former])
    assert f"REVOKE GRANT OPTION ON {former} FROM {USER}" in handed_on
