"""A cluster repository with small manifests, and a cluster in memory on which what is installed comes up."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import yaml

from tests.unit.cluster_repositories import rendered, write
from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.adapters.manifests import Manifests
from tutor_launchpad.core.cluster.pins import Pin
from tutor_launchpad.core.results import InstallResult, StepResult
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.clock import Time
from tutor_launchpad.steps.cluster.installation import Installation, Order
from tutor_launchpad.steps.cluster.repository import ClusterFiles, read_files
from tutor_launchpad.steps.cluster.run import run_install

IMAGE = "registry.example.com/worker:1"
SSH = "git@git.example.com:team/cluster.git"
HTTPS = "https://git.example.com/team/cluster.git"


def _named(api_version: str, kind: str, name: str, **content: Any) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **content}


def definition(name: str) -> Object:
    """A CustomResourceDefinition."""
    return _named("apiextensions.k8s.io/v1", "CustomResourceDefinition", name, spec={"group": name.partition(".")[2]})


def _deployment(name: str, image: str) -> Object:
    pod = {"containers": [{"name": "main", "image": image}]}
    return _named("apps/v1", "Deployment", name, spec={"replicas": 1, "template": {"spec": pod}})


MANIFESTS = {
    "argo-cd": [
        definition("applications.argoproj.io"),
        definition("appprojects.argoproj.io"),
        *(_named("v1", "ConfigMap", name) for name in ("argocd-cm", "argocd-cmd-params-cm", "argocd-rbac-cm")),
        _named("v1", "Secret", "argocd-secret", type="Opaque"),
        *(_deployment(name, "quay.io/argoproj/argocd:v3.5.1") for name in ("argocd-server", "argocd-dex-server")),
    ],
    "argo-workflows": [
        definition("workflows.argoproj.io"),
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "workflow-controller-configmap", "namespace": "argo"},
        },
        _deployment("workflow-controller", "quay.io/argoproj/workflow-controller:v3.7.14"),
    ],
}
"""What stands for the releases' manifests."""


def make_repository(folder: Path, combination: str = "existing-default", url: str = HTTPS) -> Path:
    """The files of a combination in `folder/moon`, pinned to the small manifests in `folder/mirror`."""
    files = {name: text.replace(HTTPS.encode(), url.encode()) for name, text in rendered(combination).items()}
    path = write(files, folder / "moon")
    for name, objects in MANIFESTS.items():
        if (path / "cluster" / name).exists():
            pin(path, folder / "mirror", name, yaml.safe_dump_all(objects))
    return path


def pin(path: Path, mirror: Path, name: str, text: str, version: str = "") -> None:
    """Pin a component to another manifest."""
    file = path / "cluster" / name / "kustomization.yml"
    content = yaml.safe_load(file.read_text())
    told = content["metadata"]["annotations"]
    told["launchpad.openedx.org/version"] = version or told["launchpad.openedx.org/version"]
    told["launchpad.openedx.org/sha256"] = hashlib.sha256(text.encode()).hexdigest()
    file.write_text(yaml.safe_dump(content))
    mirror.mkdir(exist_ok=True)
    (mirror / f"{name}-{told['launchpad.openedx.org/version']}.yaml").write_text(text)


def kubeconfig(folder: Path, address: str) -> Path:
    """A kubeconfig whose current context, `moon`, is the server at this address."""
    content = {
        "current-context": "moon",
        "contexts": [{"name": "moon", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {"server": address}}],
        "users": [{"name": "u", "user": {"token": "t"}}],
    }
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(content))
    return path


class QuickFiles(ClusterFiles):
    """Built once for each manifest and kustomization, as starting kustomize takes its time."""

    built: ClassVar[dict[tuple[str, ...], list[Object]]] = {}

    def render(self, name: str, get: Callable[[Pin], bytes]) -> list[Object]:
        """See `ClusterFiles`."""
        texts = [file.read_text() for file in sorted((self.path / "cluster" / name).iterdir())]
        key = (name, get(self.pin(name)).decode(), *texts)
        if key not in self.built:
            self.built[key] = super().render(name, get)
        return deepcopy(self.built[key])


def quick_files(path: Path) -> ClusterFiles:
    """The repository in a folder."""
    files = read_files(path)
    return QuickFiles(files.path, files.answers, files.root, files.applications)


@dataclass
class World:
    """`slow`: workloads that do not get ready. `unserved`: kinds that the API does not serve.

    `errors`: Application → why Argo CD cannot sync it.
    """

    path: Path
    api: FakeApi = field(default_factory=FakeApi)
    slow: set[str] = field(default_factory=set)
    unserved: set[str] = field(default_factory=set)
    errors: dict[str, str] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    results: list[StepResult] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.api.after = self._come_up

    def installation(self, **order: Any) -> Installation:
        """One run."""
        order = {"components": frozenset(), "worker_image": IMAGE} | order
        manifests = Manifests(self.path.parent / "mirror")
        time = Time(lambda: self.api.now, self.api.sleep)
        return Installation(self.api.cluster, quick_files(self.path), manifests, Order(**order), self.said.append, time)

    def install(self, **order: Any) -> InstallResult:
        """Run all steps."""
        self.results = []
        return run_install(self.installation(**order), self._shown)

    @contextmanager
    def _shown(self, name: str) -> Iterator[Any]:
        yield self.results.append

    def ended(self) -> dict[str, str]:
        """Step → status."""
        return {one.name: one.status.value for one in self.results}

    def detail(self, name: str) -> str:
        """What a step said."""
        return next(one.detail for one in self.results if one.name == name)

    def _come_up(self, request: Request) -> None:
        """What controllers do after a request."""
        if request.method == "GET" or request.path.endswith("reviews"):
            return
        for (plural, _, name), obj in self.api.objects.items():
            if plural == "customresourcedefinitions" and name not in self.unserved:
                obj["status"] = {"conditions": [{"type": "Established", "status": "True"}]}
            elif plural == "deployments" and name not in self.slow:
                obj["status"] = {"availableReplicas": 1, "updatedReplicas": 1}
            elif plural == "applications":
                obj["status"] = _looked_at(self.errors.get(name, ""))

    def make_foreign(self, obj: Object, manager: str = "helm") -> None:
        """An object that somebody else has applied."""
        entry = {"manager": manager, "operation": "Apply"}
        self.api.put({**obj, "metadata": {**obj["metadata"], "managedFields": [entry]}})


def _looked_at(error: str) -> Object:
    if error:
        return {"sync": {"status": "Unknown"}, "conditions": [{"type": "ComparisonError", "message": error}]}
    return {"sync": {"status": "Synced"}, "health": {"status": "Healthy"}}
