"""What became of one resource: JSON without secrets, a workflow's output parameter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict

Status = Literal[
    "created", "repaired", "unchanged",  # provision
    "verified", "not verified",  # verify
    "prepared", "retired",  # rotate
    "revoked", "removed", "absent",  # deprovision: access alone, data too, nothing was there
    "inspected", "reachable",
    "failed",
]  # fmt: skip
State = Literal["right", "drifted", "missing", "foreign"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Thing(_Model):
    """One name of an instance as it was found. `drift`: what provisioning would repair; `facts`: sizes and counts."""

    kind: str
    name: str
    state: State
    owned: bool
    drift: tuple[str, ...] = ()
    facts: Mapping[str, int | str] = {}


class Left(_Model):
    """One name that is still there although it should not be, and why."""

    kind: str
    name: str
    reason: str


class Copy(_Model):
    """One object of a last copy."""

    of: str
    place: str
    bytes: int
    sha256: str


class Outcome(_Model):
    """One resource's end.

    `isolated` is true only where a neighbour was tried and refused. `made` are the names (`kind/name`) that are known to
    be there, `released` those that the instance has no more, `kept` those whose data stays on purpose. `generation` is
    the one to use from now on. `elsewhere` are names on the server, where they were asked for, less `more` that
    were too many to tell.
    """

    resource: str
    provider: str
    server: str
    status: Status
    isolated: bool = False
    may_pass: bool = False
    details: tuple[str, ...] = ()
    made: tuple[str, ...] = ()
    released: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    copies: tuple[Copy, ...] = ()
    things: tuple[Thing, ...] = ()
    elsewhere: tuple[str, ...] = ()
    more: int = 0
    generation: int = 1

    @property
    def failed(self) -> bool:
        """Whether the run did not reach what it was started for."""
        return self.status == "failed"
