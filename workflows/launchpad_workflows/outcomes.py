"""What became of one resource: JSON without secrets, a workflow's output parameter."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Status = Literal["created", "repaired", "unchanged", "failed"]


class Outcome(BaseModel):
    """One resource's end. `isolated` is true only where a neighbour was tried and refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    resource: str
    provider: str
    server: str
    status: Status
    isolated: bool = False
    may_pass: bool = False
    details: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether the resource cannot be used."""
        return self.status == "failed"
