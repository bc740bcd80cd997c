"""What is needed comes before what needs it, and a workload is ready when all of its pods are new."""

from __future__ import annotations

import pytest

from tutor_launchpad.core.cluster.stages import awaited, staged, unready
from tutor_launchpad.core.types import Object


def _obj(kind: str, name: str = "x", **content: object) -> Object:
    return {"kind": kind, "metadata": {"name": name, "generation": 2}, **content}


def test_objects_are_applied_in_stages() -> None:
    kinds = ["Deployment", "ConfigMap", "CustomResourceDefinition", "StatefulSet", "Namespace", "Secret"]

    first, rest = staged(map(_obj, kinds))

    assert [one["kind"] for one in first] == ["Namespace", "CustomResourceDefinition"]
    assert [one["kind"] for one in rest] == ["ConfigMap", "Secret", "Deployment", "StatefulSet"]


@pytest.mark.parametrize(
    ("kind", "replicas", "status", "lack"),
    [
        ("Deployment", 2, {"observedGeneration": 2, "availableReplicas": 2, "updatedReplicas": 2}, ""),
        ("Deployment", 2, {"observedGeneration": 1, "availableReplicas": 2, "updatedReplicas": 2}, "is not yet looked at"),
        ("Deployment", 2, {"observedGeneration": 2, "availableReplicas": 1, "updatedReplicas": 2}, "has 1 of 2 pods ready"),
        ("StatefulSet", 2, {"observedGeneration": 2, "readyReplicas": 2, "updatedReplicas": 1},
         "has 1 of 2 pods of the new version"),
        ("StatefulSet", 0, {"observedGeneration": 2}, ""),
        ("DaemonSet", 0, {"observedGeneration": 2, "desiredNumberScheduled": 3, "numberAvailable": 1},
         "has 1 of 3 pods ready"),
    ],
)  # fmt: skip
def test_workload_lacks(kind: str, replicas: int, status: Object, lack: str) -> None:
    assert unready(_obj(kind, spec={"replicas": replicas}, status=status)) == lack


@pytest.mark.parametrize(
    ("settings", "names"), [({}, ["server"]), ({"dex.config": "x"}, ["server", "argocd-dex-server"])]
)
def test_dex_is_awaited_where_it_is_used(settings: dict[str, str], names: list[str]) -> None:
    objects = [
        _obj("Deployment", "server"),
        _obj("Deployment", "argocd-dex-server"),
        _obj("ConfigMap", "argocd-cm", data=settings),
    ]

    assert [name for _, _, name in awaited(objects)] == names
