"""A destruction against a cloud that notes what is asked of it: what refuses it, and in which order all goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fake_kubernetes import FakeApi
from tests.unit.small_infrastructure import ANSWERS, make_repository
from tutor_launchpad.adapters.cluster_folder import ClusterFolder
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.core.errors import Refused, Unreachable
from tutor_launchpad.core.infrastructure.clouds import Connection, Found, Say
from tutor_launchpad.core.infrastructure.results import DestroyResult
from tutor_launchpad.core.infrastructure.tools import Tool
from tutor_launchpad.steps.clock import Time
from tutor_launchpad.steps.infrastructure.destroying import Parting, Wishes, destroy
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

    def connection(self) -> Connection:
        return Connection({})

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


@pytest.fixture
def world() -> World:
    world = World()

    def after(request: Request) -> None:
        if request.method == "DELETE":
            world.log.append(f"delete {request.path}")
            world.api.objects.clear()

    world.api.after = after
    return world


def _destroy(world: World, path: Path, *named: str, sure: bool = True, **more: Any) -> DestroyResult:
    def show(parting: Parting) -> None:
        world.log.append("show")

    program: Any = Program(world, path / "terraform")
    site = Site(ClusterFolder.at(path), ANSWERS, world, program, world.api.said.append)
    clock = Time(lambda: world.api.now, world.api.sleep)
    given: dict[str, Any] = {"no_cluster": False, "connected": lambda: world.api.cluster, **more}
    return destroy(site, Wishes(named, show=show, confirm=lambda: sure, clock=clock, **given))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_repository(tmp_path / "moon", 'resource "aws_db_instance" "mysql" {}')


def test_kubernetes_goes_first_then_protections_then_the_rest_then_the_bill(world: World, path: Path) -> None:
    result = _destroy(world, path, "moon-mysql")

    assert world.log == [
        "plan aws_db_instance.mysql aws_eks_cluster.this",
        "show",
        "delete /api/v1/namespaces/harmony",
        "ask for load balancers",
        "unprotect moon-mysql",
        "destroy 2",
        "ask for leftovers",
    ]
    assert result.left == (Found("snapshot", "moon-last"),)


def test_nothing_is_planned_where_only_kept_data_is_left(
    world: World, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = {"values": {"root_module": {"resources": [SERVER]}}}
    monkeypatch.setattr(Program, "state", lambda program: only)

    result = _destroy(world, path)

    assert world.log == ["ask for leftovers"]
    assert (result.kept, result.changed) == (("moon-mysql",), False)


def test_data_that_is_not_named_is_neither_planned_nor_unprotected(world: World, path: Path) -> None:
    result = _destroy(world, path)

    assert world.log[0] == "plan aws_eks_cluster.this"
    assert not any(line.startswith("unprotect") for line in world.log)
    assert result.kept == ("moon-mysql",)


def test_plan_that_takes_more_data_than_was_asked_for_is_refused(world: World, path: Path) -> None:
    world.greedy = True

    with pytest.raises(Refused, match=r"Database server moon-mysql .* would be destroyed with its data"):
        _destroy(world, path)

    assert world.log == ["plan aws_eks_cluster.this"]


def test_no_changes_nothing(world: World, path: Path) -> None:
    with pytest.raises(Refused, match="Nothing was destroyed"):
        _destroy(world, path, "moon-mysql", sure=False)

    assert world.log == ["plan aws_db_instance.mysql aws_eks_cluster.this", "show"]
    assert not (path / "terraform" / "launchpad_override.tf").exists()


def test_instance_in_the_cluster_is_refused_before_all_else(world: World, path: Path) -> None:
    labels = {"launchpad.openedx.org/instance": "first"}
    world.api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "first", "labels": labels}})

    with pytest.raises(Refused, match="Instance first has its namespace in the cluster"):
        _destroy(world, path, "moon-mysql")

    assert world.log == []


def test_kubernetes_out_of_reach_is_refused_unless_it_is_left_out(world: World, path: Path) -> None:
    def connected() -> Any:
        raise Unreachable("It does not answer.")

    with pytest.raises(
        Unreachable, match="Nothing was destroyed, as what Kubernetes made in the cloud would stay there"
    ):
        _destroy(world, path, connected=connected)
    assert world.log == []

    _destroy(world, path, connected=connected, no_cluster=True)
    assert world.log[0] == "ask for load balancers"
    assert world.log[-2] == "destroy 1"
