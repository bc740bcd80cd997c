"""A cloud, a Terraform and a Kubernetes that note what is asked of them, for the steps that take something down."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.unit.fake_kubernetes import FakeApi
from tests.unit.small_infrastructure import ANSWERS
from tutor_launchpad.adapters.cluster_folder import ClusterFolder
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.infrastructure.clouds import Connection, Found, Say
from tutor_launchpad.core.infrastructure.tools import Tool
from tutor_launchpad.steps.infrastructure.site import Site

SERVER = {"address": "aws_db_instance.mysql", "mode": "managed", "type": "aws_db_instance",
          "values": {"identifier": "moon-mysql", "password": "hidden"}}  # fmt: skip
NODES = {"address": "aws_eks_cluster.this", "mode": "managed", "type": "aws_eks_cluster", "values": {}}
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "traefik", "namespace": "harmony"},
           "spec": {"type": "LoadBalancer"}}  # fmt: skip


@dataclass
class World:
    """A cloud, a Terraform and a Kubernetes that write what happens into one list."""

    log: list[str] = field(default_factory=list)
    greedy: bool = False
    runs: bool = True
    api: FakeApi = field(default_factory=lambda: FakeApi(SERVICE))

    def who(self) -> str:
        return "somebody"

    def has_state(self) -> bool:
        return True

    def keep_state(self, say: Say) -> None:
        pass

    def environment(self) -> Mapping[str, str]:
        return {}

    def without(self) -> Sequence[str]:
        return ()

    def connection(self) -> Connection | None:
        return Connection({}) if self.runs else None

    def load_balancers(self) -> list[Found]:
        self.log.append("ask for load balancers")
        return []

    def unprotect(self, kind: str, name: str, say: Say) -> None:
        self.log.append(f"unprotect {name}")

    def leftovers(self) -> list[Found]:
        self.log.append("ask for leftovers")
        return [Found("snapshot", "moon-last")]


@dataclass
class Program:
    """OpenTofu for it."""

    world: World
    folder: Path
    tool: Tool = Tool("tofu", "1.10.6")  # noqa: RUF009 - it is frozen
    secrets: Mapping[str, str] = field(default_factory=dict)
    without: Sequence[str] = ()
    targets: list[str] = field(default_factory=list)

    def init(self) -> None:
        pass

    def lock(self) -> str:
        return ""

    def state(self) -> dict[str, Any]:
        return {"values": {"root_module": {"resources": [SERVER, NODES]}}}

    def plan(self, out: Path, *, destroy: bool = False, targets: Sequence[str] = ()) -> bool:
        self.targets[:] = targets or ["aws_db_instance.mysql", "aws_eks_cluster.this"]
        self.world.log.append(f"plan {' '.join(self.targets)}")
        return True

    def show(self, plan: Path) -> dict[str, Any]:
        changed = [{**one, "change": {"actions": ["delete"], "before": one["values"]}} for one in (SERVER, NODES)]
        taken = [one for one in changed if one["address"] in self.targets or self.world.greedy]
        return {"resource_changes": taken}

    def apply(self, plan: Path, total: int) -> list[str]:
        self.world.log.append(f"destroy {total}")
        return []


def site_of(world: World, path: Path, connected: Callable[[], Cluster] | None = None) -> Site:
    """A site of these, in this folder."""
    program: Any = Program(world, path / "terraform")
    reach = connected or (lambda: world.api.cluster)
    return Site(ClusterFolder.at(path), ANSWERS, world, program, world.api.said.append, reach)
