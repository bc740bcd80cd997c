"""A cluster's status: what runs, what is outdated, and no more requests for a cluster that is full."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.fake_installation import World, definition, make_repository, pin, quick_files
from tutor_launchpad.core.cluster.overview import ClusterStatus, Part, describe_status
from tutor_launchpad.steps.cluster.status import look_at_cluster


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(make_repository(tmp_path))


def _look(world: World) -> ClusterStatus:
    return look_at_cluster(world.api.cluster, quick_files(world.path))


def _part(status: ClusterStatus, name: str) -> Part:
    return next(part for part in status.parts if part.name == name)


def test_empty_cluster_has_nothing_and_says_what_helps(world: World) -> None:
    status = _look(world)

    assert not status.healthy
    assert {part.trouble for part in status.parts} == {"is not installed"}
    assert describe_status(status).splitlines()[-1] == "What to do about it: tutor launchpad cluster doctor"


def test_installed_cluster_is_healthy_with_its_versions(world: World) -> None:
    world.install()

    status = _look(world)

    assert status.healthy
    assert [(part.name, part.version) for part in status.parts][:2] == [
        ("argo-cd", "v3.5.1"),
        ("argo-workflows", "v3.7.14"),
    ]
    assert status.outdated == ()


def test_newer_pin_makes_it_outdated(world: World, tmp_path: Path) -> None:
    world.install()
    pin(world.path, tmp_path / "mirror", "argo-cd", "kind: List\n", "v3.6.0")

    status = _look(world)

    assert status.outdated == ("argo-cd",)
    assert "  argo-cd         v3.5.1 -> v3.6.0      healthy" in describe_status(status).splitlines()


def test_chart_that_was_synced_before_its_pin_moved_is_outdated(world: World) -> None:
    world.install()
    live = world.api.read("applications", "argocd", "cert-manager")
    live["status"]["operationState"] = {"phase": "Succeeded", "syncResult": {"revisions": ["v1.18.0", "abc"]}}

    status = _look(world)

    assert (_part(status, "cert-manager").version, status.outdated) == ("v1.18.0", ("cert-manager",))


@pytest.mark.parametrize(
    ("key", "change", "name", "trouble"),
    [
        (
            ("deployments", "argo", "workflow-controller"),
            {},
            "argo-workflows",
            "workflow-controller has 0 of 1 pods ready",
        ),
        (
            ("applications", "argocd", "harmony"),
            {"sync": {"status": "Unknown"}, "conditions": [{"type": "ComparisonError", "message": "no chart"}]},
            "harmony",
            "no chart",
        ),
    ],
)
def test_trouble_is_told(
    world: World, key: tuple[str, str, str], change: dict[str, object], name: str, trouble: str
) -> None:
    world.install()
    world.api.objects[key]["status"] = change

    status = _look(world)

    assert _part(status, name).trouble == trouble
    assert not status.healthy


def test_what_others_have_installed_is_told_and_is_no_trouble(world: World) -> None:
    world.install()
    world.make_foreign(definition("backups.velero.io"))

    status = _look(world)

    assert _part(status, "backups").keeper == "helm"
    assert status.healthy


def test_template_of_another_version_is_told(world: World) -> None:
    world.install()
    live = world.api.read("workflowtemplates", "launchpad", "launchpad-check")
    live["metadata"]["labels"]["launchpad.openedx.org/content"] = "older"

    assert _part(_look(world), "launchpad").trouble == "launchpad-check is outdated"


def test_full_cluster_takes_no_more_requests(world: World) -> None:
    world.install()
    world.api.requests.clear()
    _look(world)
    before = len(world.api.requests)
    live = world.api.read("applications", "argocd", "base")
    for number in range(300):
        world.api.put({**live, "metadata": {**live["metadata"], "name": f"instance-{number}"}})

    _look(world)

    assert len(world.api.requests) == 2 * before
