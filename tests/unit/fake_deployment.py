"""A deployment whose repository, clock and terminal are in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, cast

from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad.adapters.git import Repository
from tutor_launchpad.adapters.tutor import Configuration
from tutor_launchpad.core.instance import Record
from tutor_launchpad.core.settings import Settings
from tutor_launchpad.core.types import Object
from tutor_launchpad.defaults import UNIQUE
from tutor_launchpad.steps.deployment import Deployment, Options

ROOT_ID = "AbC"
REVISION = "a" * 40
URL = "https://git.example.org/cluster.git"


@dataclass
class FakeRepository:
    """Commits that hold the same instance, and where the branch is."""

    same: set[str] = field(default_factory=lambda: {REVISION})
    head: str = REVISION
    address: str = URL
    recorded: dict[str, bytes] = field(default_factory=dict)

    def files(self, folder: PurePosixPath, revision: str) -> dict[str, bytes]:
        """What the instance's folder holds."""
        return self.recorded

    def same_tree(self, wanted: str, other: str, folder: PurePosixPath) -> bool:
        """Whether `other` is one of the commits with our content."""
        return other in self.same

    def fetch(self) -> str:
        """The branch's commit."""
        return self.head


@dataclass
class Lines:
    """What a step has said."""

    lines: list[str] = field(default_factory=list)

    def say(self, text: str) -> None:
        """Keep it."""
        self.lines.append(text)


def application_objects(auto_sync: bool = True) -> tuple[Object, Object]:
    """AppProject and Application, as small as they may be."""

    def made(kind: str, spec: Object) -> Object:
        annotations = {"launchpad.openedx.org/id": ROOT_ID}
        metadata = {"name": "alpha", "namespace": "argocd", "annotations": annotations}
        return {"apiVersion": "argoproj.io/v1alpha1", "kind": kind, "metadata": metadata, "spec": spec}

    policy: Object = {"retry": {"limit": 10}, **({"automated": {"prune": True}} if auto_sync else {})}
    spec = {"source": {"repoURL": URL}, "destination": {"namespace": "alpha"}, "syncPolicy": policy}
    return made("AppProject", {"sourceRepos": [URL]}), made("Application", spec)


def make_settings(**changes: Any) -> Settings:
    """Settings of the instance alpha."""
    generated = {name.removeprefix("LAUNCHPAD_").lower(): "k" * 24 for name in UNIQUE}
    return Settings(**{"instance": "alpha", "repository": URL, **generated, **changes})


def make_deployment(
    api: FakeApi | None, *, options: Options | None = None, jobs: tuple[str, ...] = (), **settings: Any
) -> Deployment:
    """A deployment that has come as far as the record."""
    given = make_settings(**settings)
    deployment = Deployment(
        root=Path("/nowhere"),
        options=options or Options(),
        settings=given,
        progress=Lines(),
        cluster=api.cluster if api else None,
        repository=cast("Repository", FakeRepository()),
        loaded=Configuration({}, {"ID": ROOT_ID}, {}),
        record=Record({f"manifests/job-{name}.yml": b"" for name in jobs}, {}),
        application=application_objects(given.auto_sync),
        revision=REVISION,
    )
    deployment.mask = cast("Any", lambda text: text.replace("geheim", "***"))
    return deployment


def said(deployment: Deployment) -> list[str]:
    """The lines that the deployment has shown."""
    return cast("Lines", deployment.progress).lines
