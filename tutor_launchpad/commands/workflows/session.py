"""What the verbs on templates share: what the templates are made of, and the cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tutor_launchpad.adapters.tutor import load_configuration
from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.settings import Settings, read_settings
from tutor_launchpad.steps.target import Wish, find_cluster

if TYPE_CHECKING:
    from launchpad_workflows.templates.common import TemplateParams

    from tutor_launchpad.adapters.kubernetes import Cluster


def read(root: Path) -> Settings:
    """The root's settings."""
    return read_settings(load_configuration(root, {}).config)


def params_of(settings: Settings) -> TemplateParams:
    """What the templates are made of; raises `Refused` without a worker's image."""
    from launchpad_workflows.templates.common import TemplateParams

    if not settings.worker_image:
        raise Refused(["LAUNCHPAD_WORKER_IMAGE is not set: build workflows/Dockerfile, push it, and name it there."])
    return TemplateParams(settings.worker_image, settings.namespace)


def open_cluster(root: Path, settings: Settings, wish: Wish, *, changes: bool) -> Cluster:
    """The cluster; raises `Refused` where there is none."""
    cluster = find_cluster(settings, root, wish, changes=changes, needs_repository=False)
    if cluster is None:
        raise Refused(["There is no cluster: name one with --context, or set KUBECONFIG."])
    return cluster
