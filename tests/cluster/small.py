"""An instance of two applications and two init jobs, small enough to be synced in seconds, and its way to the cluster."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import tutor.env
import yaml
from tutor import hooks as tutor_hooks

import tutor_launchpad
from tests.unit.fake_deployment import Lines
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.repositories import open_repository
from tutor_launchpad.adapters.tutor import Configuration
from tutor_launchpad.core.argocd import application_objects
from tutor_launchpad.core.instance import Record, manifest_files
from tutor_launchpad.core.jobs import HOOK, WAVE, assign_waves, become_ordinary_jobs, name_jobs
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.settings import Settings
from tutor_launchpad.core.types import Object
from tutor_launchpad.defaults import DEFAULTS, UNIQUE
from tutor_launchpad.steps.deployment import Deployment, Options
from tutor_launchpad.steps.namespace import run_namespace
from tutor_launchpad.steps.sync import run_sync

APP = "registry.example.org/launchpad-test/app:1"
NEWER = "registry.example.org/launchpad-test/app:2"


@dataclass(frozen=True)
class Small:
    """What may differ between its revisions."""

    image: str = APP
    job_image: str = APP
    command: tuple[str, ...] = ("sh", "-e", "-c", "true")

    def objects(self, namespace: str) -> list[Object]:
        """As a render gives them, before they become what the repository holds."""
        return [
            _deployment(namespace, "mysql", self.image, 0),
            _job(namespace, "mysql", self.image, ("sh", "-e", "-c", "true"), 1),
            _job(namespace, "lms", self.job_image, self.command, 3),
            _deployment(namespace, "lms", self.image, 100),
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "lms", "namespace": namespace},
                "spec": {"selector": {"app": "lms"}, "ports": [{"port": 8000}]},
            },
        ]


def _deployment(namespace: str, name: str, image: str, wave: int) -> Object:
    container = {"name": name, "image": image, "ports": [{"containerPort": 8000}]}
    template = {
        "metadata": {"labels": {"app": name}},
        "spec": {"terminationGracePeriodSeconds": 1, "containers": [container]},
    }
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "annotations": {WAVE: str(wave)}},
        "spec": {"selector": {"matchLabels": {"app": name}}, "template": template},
    }


def _job(namespace: str, task: str, image: str, command: tuple[str, ...], wave: int) -> Object:
    container = {"name": task, "image": image, "command": list(command)}
    spec = {"restartPolicy": "Never", "terminationGracePeriodSeconds": 1, "containers": [container]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": f"drydock-{task}-job-{wave}",
            "namespace": namespace,
            "annotations": {HOOK: "Sync", WAVE: str(wave)},
        },
        "spec": {"backoffLimit": 0, "template": {"metadata": {}, "spec": spec}},
    }


DEFAULT = Options()


@dataclass
class Instance:
    """An operator's view of one instance: settings, a repository, a cluster; `deploy` runs the steps under test."""

    name: str
    url: str
    root: Path
    cluster: Cluster
    root_id: str = "IdOfThisTest"
    credentials: str = ""
    auto_sync: bool = True
    settings: Mapping[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)

    def deploy(self, small: Small, *, timeout: float = 180.0, wait: bool = True) -> tuple[Status, str]:
        """Record the objects, then run the namespace and sync steps."""
        deployment = self.deployment(Options(timeout=timeout, wait=wait))
        run_namespace(deployment)
        self._record(deployment, small)
        return run_sync(deployment)

    def record(self, small: Small) -> str:
        """Record the objects and tell the cluster nothing; the commit."""
        deployment = self.deployment()
        self._record(deployment, small)
        return deployment.revision

    def _record(self, deployment: Deployment, small: Small) -> None:
        objects = assign_waves(become_ordinary_jobs(small.objects(self.name), 600))
        files = manifest_files(name_jobs(objects))
        deployment.record = Record(files, {})
        deployment.revision, deployment.changed = deployment.repository.record(
            deployment.settings.folder, files, f"{self.name}: test", lambda parent: None
        )

    def deployment(self, options: Options = DEFAULT) -> Deployment:
        """One that has come to no step yet."""
        generated = {name.removeprefix("LAUNCHPAD_").lower(): "k" * 24 for name in UNIQUE}
        settings = Settings.model_validate(
            {
                "instance": self.name,
                "repository": self.url,
                "repository_credentials_file": self.credentials,
                "auto_sync": self.auto_sync,
                **generated,
                **self.settings,
            }
        )
        config: dict[str, Any] = {
            **DEFAULTS,
            "ID": self.root_id,
            "LAUNCHPAD_INSTANCE": self.name,
            "LAUNCHPAD_URL": self.url,
            "LAUNCHPAD_AUTO_SYNC": self.auto_sync,
        }
        deployment = Deployment(
            root=self.root,
            options=options,
            settings=settings,
            progress=Lines(self.said),
            cluster=self.cluster,
            repository=open_repository(settings, self.root),
            loaded=Configuration({}, config, {}),
            application=application_objects(partial(_render, config)),
        )
        mask: Any = lambda text: text.replace("geheim", "***")  # noqa: E731 - stands for the sealer's
        deployment.mask = mask
        return deployment

    def like(self, **changes: Any) -> Instance:
        """The same with other settings."""
        return dataclasses.replace(self, **changes)

    def jobs(self) -> dict[str, str]:
        """Name of each Job → its uid."""
        found = self.cluster.list("batch/v1", "Job", self.name)
        return {job["metadata"]["name"]: job["metadata"]["uid"] for job in found}


def _render(config: dict[str, Any], name: str) -> str:
    root = str(Path(tutor_launchpad.__file__).parent / "templates")
    roots = list(tutor_hooks.Filters.ENV_TEMPLATE_ROOTS.iterate())
    if root not in roots:
        tutor_hooks.Filters.ENV_TEMPLATE_ROOTS.add_item(root)
    return str(tutor.env.render_file(config, *name.split("/")))


def pod(namespace: str, name: str, image: str, *command: str) -> Object:
    """A pod that stays."""
    container: Object = {"name": "c", "image": image, **({"command": list(command)} if command else {})}
    spec = {"terminationGracePeriodSeconds": 0, "containers": [container]}
    metadata = {"name": name, "namespace": namespace, "labels": {"app": name}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def as_yaml(*objects: Object) -> str:
    """For `kubectl apply -f -`."""
    return yaml.safe_dump_all(objects)
