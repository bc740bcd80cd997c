"""Each check of a cluster finds its fault, names the remedy, and is content with a cluster that has none."""

from __future__ import annotations

from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from tests.unit.fake_installation import SSH, World, definition, make_repository, quick_files
from tests.unit.fake_kubernetes import status
from tutor_launchpad.core.cluster.diagnosis import Checked, Verdict, describe_diagnosis, make_diagnosis
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.cluster.doctor import CHECKS, diagnose

READY = {"conditions": [{"type": "Ready", "status": "True"}]}
DEFAULT = {"storageclass.kubernetes.io/is-default-class": "true"}
TRACKED = {"argocd.argoproj.io/tracking-id": "harmony:x"}


def _object(api_version: str, kind: str, name: str, **more: Any) -> Object:
    metadata = {"name": name, **more.pop("metadata", {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **more}


SURROUNDINGS = [
    _object("v1", "Node", "one", status=READY),
    _object("storage.k8s.io/v1", "StorageClass", "fast", metadata={"annotations": DEFAULT}),
    _object("apps/v1", "DaemonSet", "calico-node", metadata={"namespace": "kube-system"}),
    _object("networking.k8s.io/v1", "IngressClass", "traefik", metadata={"annotations": TRACKED}),
    _object(
        "apiregistration.k8s.io/v1",
        "APIService",
        "v1beta1.metrics.k8s.io",
        metadata={"annotations": TRACKED},
        status={"conditions": [{"type": "Available", "status": "True"}]},
    ),
    *(
        _object("cert-manager.io/v1", "ClusterIssuer", f"letsencrypt-{name}", status=READY)
        for name in ("staging", "production")
    ),
]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A cluster without faults."""
    world = World(make_repository(tmp_path, url=SSH))
    world.install()
    for obj in SURROUNDINGS:
        world.api.put(obj)
    return world


def _diagnose(world: World) -> dict[str, Checked]:
    cluster = world.api.cluster
    cluster.version = cluster.version or "v1.34.2"
    return {one.name: one for one in diagnose(cluster, quick_files(world.path))}


def test_cluster_without_faults_passes_every_check(world: World) -> None:
    found = _diagnose(world)

    passed = (Verdict.FINE, Verdict.UNUSED)
    assert {name: one.what for name, one in found.items() if one.verdict not in passed} == {}
    assert [name for name, one in found.items() if one.verdict is Verdict.UNUSED] == ["sso", "sso-workflows"]
    assert list(found) == ["connection", *CHECKS]


def _remove(plural: str, namespace: str, name: str) -> Callable[[World], object]:
    return lambda world: world.api.objects.pop((plural, namespace, name))


def _status(key: tuple[str, str, str], content: Object) -> Callable[[World], object]:
    return lambda world: world.api.objects[key].update(status=content)


def _put(obj: Object) -> Callable[[World], object]:
    return lambda world: world.api.put(obj)


UNREAD = {"conditions": [{"type": "ComparisonError", "message": "ssh: handshake failed: unable to authenticate"}]}
FAULTS: list[tuple[str, Callable[[World], object], str, str]] = [
    ("nodes", _status(("nodes", "", "one"), {}), "one not ready", "kubectl describe node one"),
    ("nodes", _remove("nodes", "", "one"), "there are none", "add nodes"),
    ("storage", _remove("storageclasses", "", "fast"), "there is no StorageClass", "install a storage driver"),
    ("storage", _put(_object("storage.k8s.io/v1", "StorageClass", "fast")), "no StorageClass is the default",
     "kubectl annotate storageclass fast storageclass.kubernetes.io/is-default-class=true"),
    ("storage", _put(_object("storage.k8s.io/v1", "StorageClass", "slow", metadata={"annotations": DEFAULT})),
     "fast, slow are all the default", "is-default-class=false --overwrite"),
    ("argo-cd", _status(("deployments", "argocd", "argocd-server"), {}), "argocd-server has 0 of 1 pods ready",
     "kubectl -n argocd get pods"),
    ("argo-workflows", _remove("customresourcedefinitions", "", "workflows.argoproj.io"), "is not installed",
     "tutor launchpad cluster install"),
    ("webhook", _remove("secrets", "argocd", "argocd-secret"), "anybody may call Argo CD's webhook",
     "tutor launchpad cluster install"),
    ("repository", _status(("applications", "argocd", "base"), UNREAD), "cannot read the repository: ssh: handshake failed",
     "add this deploy key there, for reading only: ssh-ed25519 "),
    ("launchpad", _remove("workflowtemplates", "launchpad", "launchpad-check"), "launchpad-check missing",
     "--component launchpad"),
    ("applications", _remove("applications", "argocd", "harmony"), "harmony not there", "tutor launchpad cluster install"),
    ("applications", _status(("applications", "argocd", "harmony"), {"sync": {"status": "OutOfSync"}}),
     "harmony: OutOfSync, Unknown", "kubectl -n argocd describe application harmony"),
    ("conflicts", lambda world: world.make_foreign(definition("certificates.cert-manager.io")),
     "cert-manager: somebody else's, and in this repository too", "cluster update --without cert-manager"),
    ("ingress", _remove("ingressclasses", "", "traefik"), "there is no class traefik", "Application harmony"),
    ("issuers", _status(("clusterissuers", "", "letsencrypt-staging"), {}), "letsencrypt-staging not ready",
     "kubectl describe clusterissuer letsencrypt-staging"),
    ("issuers", _remove("clusterissuers", "", "letsencrypt-staging"), "the issuers are not there", "Application issuers"),
    ("metrics", _remove("apiservices", "", "v1beta1.metrics.k8s.io"), "there is no metrics API", "Application harmony"),
    ("metrics", _status(("apiservices", "", "v1beta1.metrics.k8s.io"), {}), "does not answer", "describe apiservice"),
    ("clock", lambda world: setattr(world.api, "date", formatdate(4e9, usegmt=True)), "behind the server's", "clock"),
    ("rights", lambda world: setattr(world.api, "allowed", frozenset()), "you may not create namespaces", "cluster-admin"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "break_it", "what", "remedy"),
    FAULTS,
    ids=[f"{fault[0]}: {fault[2]}" for fault in FAULTS],
)
def test_fault_is_found_with_its_remedy(
    world: World, name: str, break_it: Callable[[World], object], what: str, remedy: str
) -> None:
    break_it(world)

    found = _diagnose(world)[name]

    assert found.verdict is Verdict.WRONG
    assert what in found.what
    assert remedy in found.remedy


@pytest.mark.parametrize(
    ("version", "verdict", "what"),
    [
        ("v1.34.2", Verdict.FINE, "v1.34.2"),
        ("v1.36.0", Verdict.FINE, "v1.36.0; cluster.yml says 1.34"),
        ("v1.29.5", Verdict.WRONG, "v1.29.5 is too old"),
        ("moon", Verdict.UNKNOWN, "the server calls itself 'moon'"),
    ],
)
def test_version_of_kubernetes_is_judged(world: World, version: str, verdict: Verdict, what: str) -> None:
    cluster = world.api.cluster
    cluster.version = version

    found = next(one for one in diagnose(cluster, quick_files(world.path)) if one.name == "kubernetes")

    assert found.verdict is verdict
    assert found.what.startswith(what)


@pytest.mark.parametrize(
    ("plugin", "verdict"),
    [("cilium", Verdict.FINE), ("kube-flannel-ds", Verdict.WRONG), ("aws-node", Verdict.UNKNOWN)],
)
def test_enforcement_of_policies_is_told_where_it_can_be(world: World, plugin: str, verdict: Verdict) -> None:
    world.api.objects.pop(("daemonsets", "kube-system", "calico-node"))
    world.api.put(_object("apps/v1", "DaemonSet", plugin, metadata={"namespace": "kube-system"}))

    assert _diagnose(world)["network"].verdict is verdict


def test_check_that_may_not_look_ends_no_other(world: World) -> None:
    world.api.answer = lambda request: status(403, "Forbidden", "no") if "storageclasses" in request.path else None

    found = _diagnose(world)

    assert found["storage"].verdict is Verdict.UNKNOWN
    assert "You may not list StorageClass objects" in found["storage"].what
    assert found["metrics"].verdict is Verdict.FINE


def test_empty_cluster_lists_what_is_missing_and_changes_nothing(tmp_path: Path) -> None:
    world = World(make_repository(tmp_path))

    found = _diagnose(world)

    assert found["argo-cd"].remedy == "tutor launchpad cluster install"
    assert world.api.writes == []
    text = describe_diagnosis(make_diagnosis("moon", list(found.values())))
    assert "wrong    argo-cd         is not installed\n" in text
    assert text.endswith("checks found something wrong.")
