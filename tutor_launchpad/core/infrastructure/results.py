"""What was done, or would be done, to the cloud, as programs read it."""

from __future__ import annotations

from dataclasses import dataclass

from tutor_launchpad.core.infrastructure.changes import Change, Planned
from tutor_launchpad.core.infrastructure.clouds import Found
from tutor_launchpad.core.infrastructure.tools import Tool


@dataclass(frozen=True)
class InfrastructureResult:
    """`changed`: whether anything is, or would be, done. `losses`: names of what takes data with it."""

    cluster: str
    tool: str
    changed: bool
    changes: tuple[Change, ...]
    losses: tuple[str, ...]
    outside: tuple[str, ...]


@dataclass(frozen=True)
class ConnectResult:
    """How a cluster is reached. `nodes`: None where one may not list them; `until`: see `Connection`."""

    cluster: str
    kubeconfig: str
    server: str
    version: str
    nodes: int | None
    until: str


@dataclass(frozen=True)
class DestroyResult:
    """What was taken down. `kept`: names of data that stays; `left`: what is there still, a line each."""

    cluster: str
    changed: bool
    destroyed: tuple[str, ...]
    kept: tuple[str, ...]
    left: tuple[Found, ...]


def result_of(cluster: str, tool: Tool, planned: Planned, changed: bool) -> InfrastructureResult:
    """The result of a plan."""
    names = tuple(change.name for change in planned.losses)
    return InfrastructureResult(cluster, str(tool), changed, planned.changes, names, planned.outside)
