"""The Secret in Launchpad's namespace with the passwords that an instance's users shall have."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tutor_launchpad.core.errors import Conflict
from tutor_launchpad.core.ownership import ID_ANNOTATION, MANAGED_LABEL, MANAGER, owner
from tutor_launchpad.core.policies import INSTANCE_LABEL
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.runners import root_id

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster
    from tutor_launchpad.steps.deployment import Deployment


def _secret_name(deployment: Deployment) -> str:
    from launchpad_workflows.credentials import instance_secret

    return instance_secret(deployment.settings.instance)


def find_secret(deployment: Deployment, cluster: Cluster) -> Object | None:
    """The Secret, where it is this root's; raises `Conflict` where it is not."""
    name, namespace = _secret_name(deployment), deployment.settings.namespace
    live = cluster.find("v1", "Secret", name, namespace)
    if live is not None and owner(live) != root_id(deployment):
        raise Conflict(
            f"Secret {name} in namespace {namespace} belongs to another Tutor root with an instance "
            f"{deployment.settings.instance}, so nothing was touched: choose another LAUNCHPAD_INSTANCE here."
        )
    return live


def instance_secret(deployment: Deployment, passwords: Mapping[str, str], annotations: dict[str, str]) -> Object:
    """The passwords that the workflow's pods set; it is the deploy's, as they are Tutor's settings."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": _secret_name(deployment),
            "namespace": deployment.settings.namespace,
            "labels": {MANAGED_LABEL: MANAGER, INSTANCE_LABEL: deployment.settings.instance},
            "annotations": {ID_ANNOTATION: root_id(deployment), **annotations},
        },
        "type": "Opaque",
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in passwords.items()},
    }
