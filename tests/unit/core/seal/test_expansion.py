"""Kubernetes' expansion rules, each checked against a second implementation too."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from tests.unit.core.seal import pod_view
from tutor_launchpad.core.seal.expansion import Variables, expand
from tutor_launchpad.core.types import Object


def _variables(entries: Sequence[Object], complete: bool = True) -> Variables:
    variables = Variables(complete=complete)
    for entry in entries:
        variables.add(entry)
    return variables


VARIABLES = {"A": "one", "B": "$(A)", "C": "", "a.b-c": "dotted", "x": "$"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("", ""),
        ("$(A)", "one"),
        ("<$(A)$(A)>", "<oneone>"),
        ("$$(A)", "$(A)"),
        ("$$$(A)", "$one"),
        ("$$$$(A)", "$$(A)"),
        ("$(UNKNOWN)", "$(UNKNOWN)"),
        ("$(A", "$(A"),
        ("$(", "$("),
        ("$", "$"),
        ("cost $", "cost $"),
        ("$$", "$"),
        ("$$$", "$$"),
        ("$A ${A} $1 $'x'", "$A ${A} $1 $'x'"),
        ("$()", "$()"),
        ("$(x $(A))", "$(x $(A))"),
        ("$($(A))", "$($(A))"),
        ("$(B)", "$(A)"),
        ("[$(C)]", "[]"),
        ("$(a.b-c)", "dotted"),
        ("$(x)(A)", "$(A)"),
        ("$($A)", "$($A)"),
        ("$(date) $(A", "$(date) $(A"),
        ("a)$(A)", "a)one"),
    ],
)
def test_text_is_expanded_as_kubernetes_does(text: str, expected: str) -> None:
    assert expand(text, VARIABLES) == expected
    assert pod_view.expand(text, VARIABLES) == expected


def test_every_short_text_is_expanded_as_kubernetes_does() -> None:
    for length in range(8):
        for letters in itertools.product("$()A", repeat=length):
            text = "".join(letters)
            assert expand(text, {"A": "1"}) == pod_view.expand(text, {"A": "1"}), text


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ([{"name": "A", "value": "1"}, {"name": "B", "value": "$(A)2"}], {"A": "1", "B": "12"}),
        ([{"name": "B", "value": "$(A)2"}, {"name": "A", "value": "1"}], {"B": "$(A)2", "A": "1"}),
        ([{"name": "A", "value": "1"}, {"name": "A", "value": "$(A)2"}], {"A": "12"}),
        ([{"name": "A", "value": "$(A)"}], {"A": "$(A)"}),
        ([{"name": "A"}, {"name": "B", "value": ""}], {"A": "", "B": ""}),
    ],
    ids=["earlier", "later", "twice", "itself", "empty"],
)
def test_variable_sees_only_those_before_it(env: list[Object], expected: dict[str, str]) -> None:
    assert _variables(env).values == expected


def test_value_from_elsewhere_is_a_mark_that_no_text_contains() -> None:
    env: list[Object] = [
        {"name": "A", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
        {"name": "B", "value": "<$(A)>"},
    ]

    values = _variables(env).values

    assert "\0" in values["A"]
    assert values["B"] == f"<{values['A']}>"


@pytest.mark.parametrize(
    ("name", "complete", "expected"),
    [
        ("KNOWN", True, True),
        ("OTHER", True, False),
        ("OTHER", False, True),
        ("echo hello", False, False),
        ("LMS_SERVICE_HOST", True, True),
        ("LMS_SERVICE_PORT", True, True),
        ("LMS_PORT_8000_TCP_ADDR", True, True),
        ("hostname", True, False),
    ],
)
def test_only_some_references_may_be_replaced(name: str, complete: bool, expected: bool) -> None:
    assert _variables([{"name": "KNOWN", "value": "1"}], complete).may_expand(name) is expected
