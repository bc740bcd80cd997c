"""Which of OpenTofu and Terraform works on a root."""

from __future__ import annotations

import pytest

from tutor_launchpad.core.errors import NotFound, Refused
from tutor_launchpad.core.infrastructure.tools import Tool, choose_tool, locked_by, locked_everywhere

TOFU, TERRAFORM, OLD = Tool("tofu", "1.10.6"), Tool("terraform", "1.14.0-rc1"), Tool("terraform", "1.5.7")
BOTH = [TERRAFORM, TOFU]
PROVIDER = 'provider "registry.terraform.io/hashicorp/aws" {\n  hashes = [\n%s  ]\n}\n'
LOCKED = "# Keep.\n\n" + PROVIDER % ('    "h1:a=",\n' * 4)


@pytest.mark.parametrize(
    ("found", "wanted", "lock", "chosen"),
    [
        (BOTH, "", "", TOFU),
        ([TERRAFORM], "", "", TERRAFORM),
        (BOTH, "terraform", "", TERRAFORM),
        (BOTH, "", LOCKED, TERRAFORM),
        ([OLD, TOFU], "", "", TOFU),
    ],
    ids=["both", "one", "wanted", "locked", "old"],
)
def test_choice(found: list[Tool], wanted: str, lock: str, chosen: Tool) -> None:
    assert choose_tool(found, wanted, lock) == chosen


@pytest.mark.parametrize(
    ("found", "wanted", "lock", "kind", "text"),
    [
        (
            [],
            "",
            "",
            NotFound,
            "Neither `tofu` nor `terraform` is on the PATH: install OpenTofu or Terraform 1.10 or later.",
        ),
        ([TOFU], "terraform", "", NotFound, "`terraform` is not on the PATH: install Terraform 1.10 or later."),
        ([TOFU], "", LOCKED, NotFound, "install Terraform 1.10 or later, which locked this root's providers"),
        ([OLD], "", "", Refused, "Terraform 1.5.7 is too old, as it cannot lock a state in its bucket: install 1.10"),
        (
            BOTH,
            "tofu",
            LOCKED,
            Refused,
            "Terraform locked this root's providers in .terraform.lock.hcl, so OpenTofu would",
        ),
    ],
    ids=["none", "not-wanted", "not-locked", "old", "other"],
)
def test_refusal(found: list[Tool], wanted: str, lock: str, kind: type[Exception], text: str) -> None:
    with pytest.raises(kind) as caught:
        choose_tool(found, wanted, lock)

    assert text in str(caught.value)


def test_lock_file_tells_its_program_and_whether_it_is_whole() -> None:
    assert (locked_by(LOCKED), locked_by("")) == ("terraform", "")
    assert locked_everywhere(LOCKED)
    assert locked_everywhere("# A root without providers.\n")
    assert not locked_everywhere(LOCKED + "\n" + PROVIDER % '    "h1:a=",\n    "zh:b",\n')
