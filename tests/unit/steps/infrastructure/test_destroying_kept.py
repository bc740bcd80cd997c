"""A destruction where data stays that stands on the Kubernetes cluster, or is in its volumes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.noted_cloud import NODES, Program, World, site_of
from tests.unit.small_infrastructure import make_repository
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.core.infrastructure.clouds import Found
from tutor_launchpad.core.infrastructure.results import DestroyResult
from tutor_launchpad.steps.clock import Time
from tutor_launchpad.steps.infrastructure.destroying import Parting, Wishes, destroy

VOLUME = {"address": "aws_ebs_volume.old", "mode": "managed", "type": "aws_ebs_volume", "values": {"id": "vol-1"},
          "depends_on": ["aws_eks_cluster.this"]}  # fmt: skip


def _bound(name: str, handle: str, policy: str) -> dict[str, Any]:
    spec = {"persistentVolumeReclaimPolicy": policy, "csi": {"volumeHandle": handle}, "capacity": {"storage": "8Gi"},
            "claimRef": {"name": f"claim-{name}", "namespace": "harmony"}}  # fmt: skip
    return {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name}, "spec": spec}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    state = {"values": {"root_module": {"resources": [VOLUME, NODES]}}}
    monkeypatch.setattr(Program, "state", lambda program: state)
    for one in (_bound("old", "aws://us-east-1a/vol-1", "Delete"), _bound("logs", "vol-2", "Retain")):
        world.api.put(one)

    def after(request: Request) -> None:
        if request.method == "DELETE":
            world.log.append(f"delete {request.path}")
            del world.api.objects["services", "harmony", "traefik"]

    world.api.after = after
    return world


@pytest.fixture
def run(world: World, tmp_path: Path) -> Callable[[], DestroyResult]:
    site = site_of(world, make_repository(tmp_path / "moon"))
    clock = Time(lambda: world.api.now, world.api.sleep)

    def show(parting: Parting) -> None:
        world.log += [f"staying {one['metadata']['name']}" for one in parting.inside.staying]

    return lambda: destroy(site, Wishes((), False, show, lambda: True, clock))


def test_what_costs_money_goes_although_the_cluster_stays(world: World, run: Callable[[], DestroyResult]) -> None:
    result = run()

    assert world.log == [
        "staying old",
        "staying logs",
        "delete /api/v1/namespaces/harmony",
        "ask for load balancers",
        "ask for leftovers",
    ]
    assert (result.changed, result.destroyed, result.kept) == (True, (), ("vol-1",))


def test_volume_with_kept_data_does_not_go_with_its_claim(world: World, run: Callable[[], DestroyResult]) -> None:
    run()

    volume = world.api.read("persistentvolumes", "", "old")
    assert volume["spec"]["persistentVolumeReclaimPolicy"] == "Retain"
    assert world.api.writes[0] == "PATCH /api/v1/persistentvolumes/old"
    assert any("keeping PersistentVolume old (aws://us-east-1a/vol-1, 8Gi, of claim" in said for said in world.api.said)


def test_all_that_stays_is_in_the_bill(run: Callable[[], DestroyResult]) -> None:
    left = run().left

    assert left == (
        Found("Kubernetes cluster", "aws_eks_cluster.this", note="kept data stands on it"),
        Found("snapshot", "moon-last"),
        Found("volume", "aws://us-east-1a/vol-1", note="8Gi, of claim claim-old in namespace harmony"),
        Found("volume", "vol-2", note="8Gi, of claim claim-logs in namespace harmony"),
    )


def test_second_run_finds_nothing_to_do(world: World, run: Callable[[], DestroyResult]) -> None:
    run()
    world.log.clear()

    assert run().changed is False
    assert world.log == ["ask for leftovers"]
