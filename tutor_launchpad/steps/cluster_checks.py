"""What a cluster may have against a deploy: missing permissions and kinds, an Argo CD that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor_launchpad.core.access import needed, sentences
from tutor_launchpad.core.argocd import API
from tutor_launchpad.core.errors import Forbidden
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.deployment import Deployment

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster

CLOCKS_DIFFER = 60
"""Seconds from which a difference is told."""
REMEDIES = {
    "cert-manager.io": "install cert-manager, or set DRYDOCK_AUTO_TLS to false",
    "argoproj.io": "install Argo CD",
}


def cluster_problems(deployment: Deployment) -> list[str]:
    """One sentence for each permission and kind that is not there."""
    cluster = deployment.cluster
    assert cluster is not None
    problems = sentences(cluster.can_i(needed(deployment.settings)))
    served = cluster.kinds()
    problems += kind_problems([*deployment.objects, *deployment.application], served)
    return problems + (argo_cd_problems(deployment, cluster) if (API, "Application") in served else [])


def argo_cd_problems(deployment: Deployment, cluster: Cluster) -> list[str]:
    """One sentence where Argo CD's kinds are there and nothing of itself; asked before the first deploy alone."""
    settings, repository = deployment.settings, deployment.repository
    if repository.files(settings.folder, repository.head):
        return []
    try:
        pods = cluster.list("v1", "Pod", settings.argocd_namespace)
    except Forbidden:
        return []
    if pods:
        return []
    return [
        f"The cluster knows Argo CD's kinds, but no pod runs in namespace {settings.argocd_namespace}: install Argo CD "
        "there, or name the namespace where it runs in LAUNCHPAD_ARGOCD_NAMESPACE."
    ]


def tell_clocks(deployment: Deployment) -> None:
    """Say where this machine and the server disagree on the time: commits and certificates would look wrong."""
    cluster = deployment.cluster
    assert cluster is not None
    seconds = round(cluster.ahead.total_seconds())
    if abs(seconds) > CLOCKS_DIFFER:
        deployment.progress.say(
            f"the clock here is {abs(seconds)} s {'behind' if seconds > 0 else 'ahead of'} that of {cluster.server}: set it "
            "right, for commits and certificates are judged by it"
        )


def kind_problems(objects: Iterable[Object], served: set[tuple[str, str]]) -> list[str]:
    """Kinds that the manifests use and the cluster does not serve, with their remedies."""
    missing: dict[tuple[str, str], str] = {}
    for item in objects:
        kind = (item["apiVersion"], item["kind"])
        if kind not in served:
            missing.setdefault(kind, item["metadata"]["name"])
    problems = []
    for (version, kind_name), example in missing.items():
        group = version.split("/")[0] if "/" in version else ""
        remedy = REMEDIES.get(group, "install what serves it, or disable the plugin that renders it")
        problems.append(
            f"The cluster does not know kind {kind_name} ({version}), which {kind_name}/{example} needs: {remedy}."
        )
    return problems
