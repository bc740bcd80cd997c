"""What the commands ask of a cloud, whichever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from tutor_launchpad.core.types import Object

Say = Callable[[str], None]


@dataclass(frozen=True)
class Found:
    """Something in the cloud. `kind`: what it is; `remove`: the command by which somebody removes it."""

    kind: str
    name: str
    remove: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" ({self.note})" if self.note else "")


@dataclass(frozen=True)
class Connection:
    """How one gets into the cluster. `until`: when its credentials end, where they are not renewed at each use."""

    kubeconfig: Object = field(repr=False)
    until: str = ""


class Cloud(Protocol):
    """One account, one region, one cluster."""

    def who(self) -> str:
        """Whom the credentials belong to. Absent, refused and unreachable raise `NotFound`, `Forbidden`, `Unreachable`."""

    def has_state(self) -> bool:
        """Whether the bucket for the state is there and ours."""

    def keep_state(self, say: Say) -> None:
        """Make the bucket for the state where it is missing, and put right what it lacks."""

    def environment(self) -> Mapping[str, str]:
        """What OpenTofu and Terraform need beside our own environment."""

    def without(self) -> Sequence[str]:
        """What they must not see of it."""

    def connection(self) -> Connection | None:
        """A kubeconfig for the cluster with credentials that expire; None where the cloud has no such cluster."""

    def load_balancers(self) -> list[Found]:
        """Those that Kubernetes made for this cluster."""

    def unprotect(self, kind: str, name: str, say: Say) -> None:
        """Take away what keeps something with data from being destroyed: a server's protection, a bucket's contents."""

    def leftovers(self) -> list[Found]:
        """What is there of this cluster and costs money, whoever made it."""
