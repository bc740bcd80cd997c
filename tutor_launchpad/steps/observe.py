"""Reads what Git and the cluster say of an instance: a constant number of calls, and none that writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor_launchpad.core.errors import Forbidden, NotFound
from tutor_launchpad.core.instance import ABOUT, read_about
from tutor_launchpad.core.jobs import is_init_job
from tutor_launchpad.core.status import InstanceStatus, Pods, read_jobs, read_pods
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.deployment import Deployment

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster


def observe(deployment: Deployment) -> InstanceStatus:
    """The status of this root's instance."""
    settings, repository = deployment.settings, deployment.repository
    head = repository.fetch()
    about = repository.files(settings.folder, head).get(ABOUT)
    recorded = (read_about(about) or {}) if about else {}
    cluster = deployment.cluster
    application: Object = {}
    pods: Pods | None = None
    jobs: dict[str, str] = {}
    provisioning = ""
    if cluster is not None:
        application = _application(cluster, settings.argocd_namespace, settings.instance)
        pods = read_pods(cluster.list("v1", "Pod", settings.instance))
        jobs = read_jobs(item for item in cluster.list("batch/v1", "Job", settings.instance) if is_init_job(item))
        provisioning = _provisioning(cluster, settings.namespace, settings.instance) if settings.servers else ""
    status = application.get("status", {})
    operation = status.get("operationState", {})
    changed = repository.last_change(settings.folder) if recorded else ("", "")
    return InstanceStatus(
        instance=settings.instance,
        repository=repository.address,
        git_revision=changed[0],
        live_revision=status.get("sync", {}).get("revision", ""),
        sync=status.get("sync", {}).get("status", ""),
        health=status.get("health", {}).get("status", ""),
        message=operation.get("message", "") if operation.get("phase") not in ("Succeeded", None) else "",
        pods=pods,
        init_jobs=jobs,
        provisioning=provisioning,
        images=tuple(recorded.get("images", [])),
        last_deploy=changed[1],
    )


def _application(cluster: Cluster, namespace: str, name: str) -> Object:
    return cluster.find("argoproj.io/v1alpha1", "Application", name, namespace) or {}


def _provisioning(cluster: Cluster, namespace: str, instance: str) -> str:
    """How the newest workflow of this instance ended; what may not be seen is said."""
    try:
        labels = f"launchpad.openedx.org/instance={instance}"
        workflows = cluster.list("argoproj.io/v1alpha1", "Workflow", namespace, labels=labels)
    except NotFound:
        return "no Argo Workflows in the cluster"
    except Forbidden:
        return "not visible to this user"
    if not workflows:
        return "no workflow kept"
    newest = max(workflows, key=lambda item: str(item["metadata"].get("creationTimestamp", "")))
    return f"{newest.get('status', {}).get('phase', 'Pending')} ({newest['metadata']['name']})"
