"""What happens in Kubernetes before its cluster is destroyed: order, refusal, and the wait for the cloud."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.core.errors import TimedOut
from tutor_launchpad.core.infrastructure.clouds import Found
from tutor_launchpad.core.infrastructure.inside import obstacles
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.clock import Time
from tutor_launchpad.steps.infrastructure.kubernetes import DEADLINE, clear, look, wait_for_cloud


def _object(version: str, kind: str, name: str, namespace: str = "", **more: Any) -> Object:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **more.pop("metadata", {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **more}


def _service(name: str, namespace: str, kind: str = "LoadBalancer") -> Object:
    return _object("v1", "Service", name, namespace, spec={"type": kind})


def _application(name: str, project: str = "cluster", **metadata: Any) -> Object:
    spec = {"project": project}
    return _object("argoproj.io/v1alpha1", "Application", name, "argocd", spec=spec, metadata=metadata)


def _claim(name: str, namespace: str) -> Object:
    return _object("v1", "PersistentVolumeClaim", name, namespace)


def _volume(name: str, policy: str = "Delete") -> Object:
    return _object("v1", "PersistentVolume", name, spec={"persistentVolumeReclaimPolicy": policy})


def _installed(**labels: str) -> FakeApi:
    """A cluster as `cluster install` leaves it."""
    return FakeApi(
        *(_object("v1", "Namespace", name) for name in ("argocd", "harmony", "kube-system")),
        _application("harmony", finalizers=["resources-finalizer.argocd.argoproj.io"]),
        _application("cluster"),
        _service("harmony-traefik", "harmony"),
        _service("argocd-server", "argocd", "ClusterIP"),
        _claim("prometheus", "harmony"),
        _volume("pvc-1"),
        _volume("pvc-old", "Retain"),
    )


def _time(api: FakeApi) -> Time:
    return Time(lambda: api.now, api.sleep)


def _takes_along(api: FakeApi) -> None:
    """The namespace's end takes its objects, and the cloud the volume, as Kubernetes does a while later."""

    def after(request: Request) -> None:
        if request.method == "DELETE" and request.path.endswith("/namespaces/harmony"):
            gone = [key for key in api.objects if key[1] == "harmony" or key[2] == "pvc-1"]
            for key in gone:
                del api.objects[key]

    api.after = after


def test_what_brings_things_back_goes_first_and_namespaces_after() -> None:
    api = _installed()
    _takes_along(api)
    said: list[str] = []

    clear(api.cluster, look(api.cluster), said.append, _time(api))

    path = "/apis/argoproj.io/v1alpha1/namespaces/argocd/applications"
    assert api.writes == [f"DELETE {path}/cluster", f"PATCH {path}/harmony", f"DELETE {path}/harmony",
                          "DELETE /api/v1/namespaces/harmony"]  # fmt: skip
    assert said[-1] == "deleting namespace harmony with its load balancers and volumes"


def test_installed_cluster_has_no_obstacles() -> None:
    assert obstacles(look(_installed().cluster)) == []


def test_each_thing_of_somebody_is_an_obstacle() -> None:
    labels = {"labels": {"launchpad.openedx.org/instance": "moon"}}
    api = _installed()
    for one in (
        _object("v1", "Namespace", "moon", metadata=labels),
        _application("moon", "moon"),
        _application("shop", "default"),
        _claim("mysql", "moon"),
        _service("mail", "mail"),
        _claim("data", "mail"),
        _object(
            "networking.k8s.io/v1", "Ingress", "alb", "mail", metadata={"finalizers": ["ingress.k8s.aws/resources"]}
        ),
        _object("networking.k8s.io/v1", "Ingress", "plain", "mail"),
    ):
        api.put(one)

    problems = obstacles(look(api.cluster))

    assert [problem.split(":")[0] for problem in problems] == [
        "Instance moon has its namespace in the cluster",
        "Argo CD has the Application shop",
        "Service mail in namespace mail is nobody's whom this command knows",
        "Ingress alb in namespace mail is nobody's whom this command knows",
        "PersistentVolumeClaim data in namespace mail is nobody's whom this command knows",
    ]


def test_what_does_not_go_is_named_with_its_reason() -> None:
    api = _installed()

    def after(request: Request) -> None:
        if request.method == "DELETE" and request.path.endswith("/namespaces/harmony"):
            message = "Some content in the namespace has finalizers remaining"
            conditions = [{"type": "NamespaceFinalizersRemaining", "status": "True", "message": message}]
            api.put(_object("v1", "Namespace", "harmony", status={"phase": "Terminating", "conditions": conditions}))

    api.after = after
    with pytest.raises(TimedOut) as caught:
        clear(api.cluster, look(api.cluster), print, _time(api))

    assert "After 15 minutes there is still Service harmony-traefik in namespace harmony" in str(caught.value)
    assert "namespace harmony says: Some content in the namespace has finalizers remaining" in str(caught.value)
    assert api.now >= DEADLINE


def test_cluster_without_argo_cd_has_no_applications() -> None:
    api = FakeApi(_service("traefik", "harmony"))
    api.answer = lambda request: _no_kind() if "argoproj" in request.path else None

    assert look(api.cluster).applications == ()


def _no_kind() -> Any:
    from tests.unit.fake_kubernetes import status

    return status(404, "NotFound", "the server could not find the requested resource")


def test_cloud_is_waited_for_and_named_when_it_keeps_something() -> None:
    api = FakeApi()
    left = [[Found("load balancer", "a1", "aws elbv2 delete")], []]

    wait_for_cloud(lambda: left.pop(0), api.said.append, _time(api))

    assert api.said == ["waiting until the cloud has no load balancer a1 any more"]
    with pytest.raises(TimedOut, match=r"The cloud still has load balancer a1 .* remove by hand \(aws elbv2 delete\)"):
        wait_for_cloud(lambda: [Found("load balancer", "a1", "aws elbv2 delete")], print, _time(api))
