"""What the checks of a cluster have found, as data and as text. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum


class Verdict(str, Enum):
    """How a check ended. UNKNOWN: it cannot be told. UNUSED: the repository does not want it."""

    FINE = "ok"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    UNUSED = "unused"


@dataclass(frozen=True)
class Checked:
    """One check. `what`: what was seen; `remedy`: what to do, where it is wrong."""

    name: str
    verdict: Verdict
    what: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Diagnosis:
    """All checks of a cluster."""

    cluster: str
    healthy: bool
    checks: tuple[Checked, ...]


def make_diagnosis(cluster: str, checks: Sequence[Checked]) -> Diagnosis:
    """The diagnosis of these checks."""
    return Diagnosis(cluster, all(one.verdict is not Verdict.WRONG for one in checks), tuple(checks))


def describe_diagnosis(diagnosis: Diagnosis) -> str:
    """A line for each check, with the remedy below what is wrong."""
    width = max(len(one.name) for one in diagnosis.checks)
    lines = []
    for one in diagnosis.checks:
        if one.verdict is Verdict.UNUSED:
            continue
        lines.append(f"{one.verdict.value:7}  {one.name:{width}}  {one.what}".rstrip())
        if one.remedy:
            lines.append(f"{'':7}  {'':{width}}  -> {one.remedy}")
    wrong = sum(one.verdict is Verdict.WRONG for one in diagnosis.checks)
    end = f"{wrong} of {len(diagnosis.checks)} checks found something wrong." if wrong else "Nothing is wrong."
    return "\n".join([*lines, end])
