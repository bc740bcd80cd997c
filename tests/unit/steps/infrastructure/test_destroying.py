"""A destruction against a cloud that notes what is asked of it: what refuses it, and in which order all goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.noted_cloud import SERVER, Program, World, site_of
from tests.unit.small_infrastructure import make_repository
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.core.errors import Refused, Unreachable
from tutor_launchpad.core.infrastructure.clouds import Found
from tutor_launchpad.core.infrastructure.results import DestroyResult
from tutor_launchpad.steps.clock import Time
from tutor_launchpad.steps.infrastructure.destroying import Parting, Wishes, destroy


@pytest.fixture
def world() -> World:
    world = World()

    def after(request: Request) -> None:
        if request.method == "DELETE":
            world.log.append(f"delete {request.path}")
            world.api.objects.clear()

    world.api.after = after
    return world


def _destroy(world: World, path: Path, *named: str, connected: Callable[[], Cluster] | None = None,
             sure: bool = True, no_cluster: bool = False) -> DestroyResult:  # fmt: skip
    def show(parting: Parting) -> None:
        world.log.append("show")

    clock = Time(lambda: world.api.now, world.api.sleep)
    return destroy(site_of(world, path, connected), Wishes(named, no_cluster, show, lambda: sure, clock))


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
