"""A plan that ends the Kubernetes cluster: it is told who stands on it, and what could not be read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.noted_cloud import World, site_of
from tests.unit.small_infrastructure import make_repository
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, Refused, Unreachable
from tutor_launchpad.steps.infrastructure.applying import apply
from tutor_launchpad.steps.infrastructure.site import Asking, Site

NAMED = ["moon-mysql", "aws_eks_cluster.this"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = make_repository(tmp_path / "moon")
    (path / "instances" / "first").mkdir(parents=True)
    (path / "instances" / "first" / "launchpad.json").write_text("{}")
    return path


@pytest.fixture
def world() -> World:
    world = World()
    labels = {"launchpad.openedx.org/instance": "second"}
    world.api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "second", "labels": labels}})
    world.api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "harmony"}})
    return world


def _refused(site: Site) -> str:
    with pytest.raises(Refused) as caught:
        apply(site, Asking(yes=True), None, ["moon-mysql"], lambda planned: None)
    return caught.value.problems[0]


def test_kubernetes_that_was_not_named_is_refused_with_its_instances(world: World, path: Path) -> None:
    told = _refused(site_of(world, path))

    assert told.startswith("Kubernetes cluster aws_eks_cluster.this (aws_eks_cluster.this) would be destroyed")
    assert told.endswith("or add --delete-data aws_eks_cluster.this. Instances stand on it: first, second.")


def test_cluster_that_the_cloud_has_not_is_told_as_absent(world: World, path: Path) -> None:
    world.runs = False

    assert _refused(site_of(world, path)).endswith(
        "Which instances stand on it could not be read; the repository has first. The reason: the cloud has no such "
        "cluster any more."
    )


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (Forbidden("You may not."), "The reason: these credentials may not ask the cluster: You may not."),
        (Unreachable("No answer."), "The reason: the cluster does not answer: No answer."),
        (LaunchpadError("The program `aws` is not there."), "The reason: The program `aws` is not there."),
    ],
    ids=["forbidden", "unreachable", "another"],
)
def test_why_instances_could_not_be_read_is_told(
    world: World, path: Path, error: LaunchpadError, expected: str
) -> None:
    def connected() -> Any:
        raise error

    told = _refused(site_of(world, path, connected))

    assert "could not be read; the repository has first." in told
    assert told.endswith(expected)


def test_kubernetes_that_was_named_goes_after_its_instances_were_told(world: World, path: Path) -> None:
    apply(site_of(world, path), Asking(yes=True), None, NAMED, lambda planned: None)

    assert "the Kubernetes cluster goes. Instances stand on it: first, second." in world.api.said
    assert world.log[-1] == "destroy 2"
