"""What a failed run of OpenTofu or Terraform becomes."""

from __future__ import annotations

from tutor_launchpad.core.errors import Conflict, LaunchpadError, Unreachable
from tutor_launchpad.core.infrastructure.events import Diagnostic
from tutor_launchpad.core.infrastructure.faults import LOCKED, LONGEST, fault
from tutor_launchpad.core.infrastructure.tools import Tool

TOOL = Tool("tofu", "1.10.6")
HELD = """Error message: operation error S3: PutObject, https response error StatusCode: 412
Lock Info:
  ID:        d3704e0b-c9a5-3039-afe6-74d82c4d209f
  Path:      bucket/cluster/terraform.tfstate
  Operation: OperationTypeApply
  Who:       ada@laptop
  Version:   1.10.6
  Created:   2026-11-25 00:05:34.873060808 +0000 UTC
  Info:

OpenTofu acquires a state lock to protect the state from being written
"""


def _error(summary: str, detail: str = "", where: str = "") -> Diagnostic:
    return Diagnostic("error", summary, detail, where)


def test_held_lock_names_who_and_since_when() -> None:
    error = fault(TOOL, "plan", [_error(LOCKED, HELD)], "")

    assert isinstance(error, Conflict)
    assert str(error) == (
        "ada@laptop holds the lock of the state with an apply since 2026-11-25 00:05:34 UTC: wait for its end; if nothing "
        "runs there any more, unlock it with `tofu -chdir=terraform force-unlock d3704e0b-c9a5-3039-afe6-74d82c4d209f`."
    )


def test_lock_that_cannot_be_made_is_no_conflict() -> None:
    error = fault(TOOL, "plan", [_error(LOCKED, "Error message: access denied\n\nOpenTofu acquires …")], "")

    assert type(error) is LaunchpadError
    assert str(error) == "OpenTofu 1.10.6 cannot lock the state: access denied"


def test_registry_that_is_out_of_reach_is_unreachable() -> None:
    detail = "could not connect to registry.opentofu.org: dial tcp: lookup failed"

    error = fault(TOOL, "initialise the root", [_error("Failed to query available provider packages", detail)], "")

    assert isinstance(error, Unreachable)
    assert str(error).startswith("OpenTofu 1.10.6 failed to initialise the root: Failed to query")


def test_many_and_long_errors_are_cut() -> None:
    error = fault(TOOL, "apply", [_error("a" * 900), *[_error(f"no {number}") for number in range(6)]], "")

    lines = str(error).splitlines()
    assert lines[1] == f"  - {'a' * LONGEST}…"
    assert lines[-1] == "  - and 2 more errors"


def test_crash_tells_what_was_said_last() -> None:
    assert str(fault(TOOL, "plan", [], "panic:  nil")) == "OpenTofu 1.10.6 failed to plan: panic: nil"
    assert str(fault(TOOL, "plan", [], "")).endswith("it said nothing")
