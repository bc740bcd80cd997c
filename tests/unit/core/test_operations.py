"""What people read of operations on an instance's resources."""

from __future__ import annotations

from launchpad_workflows.outcomes import Outcome

from tutor_launchpad.core.operations import describe_things


def test_server_that_did_not_answer_is_not_said_to_be_empty() -> None:
    away = Outcome(resource="mysql", provider="direct", server="main", status="failed", details=("It is away.",))
    empty = Outcome(resource="mysql", provider="direct", server="spare", status="inspected")

    assert describe_things([away, empty]) == [
        "mysql/main",
        "  not seen: It is away.",
        "mysql/spare",
        "  nothing of this instance",
    ]
