"""Writes the golden files of the templates: `python -m tests.unit.launchpad_workflows.regenerate`. Nothing else does."""

from __future__ import annotations

from pathlib import Path

import yaml
from launchpad_workflows.chosen import build_accounts, build_secret
from launchpad_workflows.client import Object
from launchpad_workflows.people.access import build_access
from launchpad_workflows.people.lms import read_lms
from launchpad_workflows.people.model import ACTIONS
from launchpad_workflows.people.template import build_people
from launchpad_workflows.register import plan_registration
from launchpad_workflows.templates.common import TemplateParams, to_object
from launchpad_workflows.templates.rbac import build_namespace

GOLDEN = Path(__file__).with_name("golden")
PARAMS = TemplateParams(image="registry.example/launchpad-worker:1.0", pull_secret="registry")


def lms() -> Object:
    """A deployed LMS, as a sealed revision leaves it."""
    mounts = {
        "settings-lms": "/openedx/edx-platform/lms/envs/tutor/",
        "config": "/openedx/config",
        "disk": "/openedx/data",
    }
    container = {
        "name": "lms",
        "image": "registry.example/openedx:22",
        "env": [
            {"name": "LAUNCHPAD_SEALED_0", "valueFrom": {"secretKeyRef": {"name": "sealed-arguments-1", "key": "0"}}},
            {"name": "SERVICE_VARIANT", "value": "lms"},
        ],
        "volumeMounts": [{"name": name, "mountPath": path} for name, path in mounts.items()],
        "resources": {"requests": {"memory": "2Gi"}},
        "securityContext": {"allowPrivilegeEscalation": True},
    }
    term = {"matchExpressions": [{"key": "gpu", "operator": "DoesNotExist"}]}
    spec = {
        "securityContext": {"runAsUser": 1000, "runAsGroup": 1000},
        "imagePullSecrets": [{"name": "registry"}],
        "nodeSelector": {"pool": "edx"},
        "affinity": {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}},
            "podAntiAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{"topologyKey": "zone"}]},
        },
        "containers": [{"name": "sidecar", "image": "sidecar:1"}, container],
        "volumes": [
            {"name": "settings-lms", "configMap": {"name": "openedx-settings-lms"}},
            {"name": "config", "secret": {"secretName": "openedx-config-1"}},
            {"name": "disk", "persistentVolumeClaim": {"claimName": "disk"}},
            {"name": "unused", "emptyDir": {}},
        ],
    }
    metadata = {"name": "lms", "namespace": "moon"}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": {"spec": spec}}}


def people() -> list[Object]:
    """What is in an instance's namespace for its people, less the accounts, which are as in `launchpad`."""
    templates = [to_object(build_people(read_lms(lms()), "moon", action)) for action in ACTIONS]
    return [*templates, build_access("moon")[-1]]


def golden() -> dict[str, Object]:
    """File name → object."""
    chosen = [
        build_secret("moon", PARAMS.namespace),
        *build_accounts("moon", PARAMS.namespace, "the-uid-of-the-secret"),
    ]
    objects = [build_namespace(PARAMS), *plan_registration(PARAMS), *chosen, *people()]
    return {f"{obj['kind'].lower()}-{obj['metadata']['name']}.yaml": obj for obj in objects}


def main() -> None:
    """Replace all files."""
    for old in GOLDEN.glob("*.yaml"):
        old.unlink()
    for name, obj in golden().items():
        (GOLDEN / name).write_text(yaml.safe_dump(obj, sort_keys=True), encoding="utf-8")


if __name__ == "__main__":
    main()
