"""What a cluster may have against a deploy: missing permissions and kinds."""

from __future__ import annotations

from collections.abc import Iterable

from tutor_launchpad.core.access import needed, sentences
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.deployment import Deployment

REMEDIES = {
    "cert-manager.io": "install cert-manager, or set DRYDOCK_AUTO_TLS to false",
    "argoproj.io": "install Argo CD",
}


def cluster_problems(deployment: Deployment) -> list[str]:
    """One sentence for each permission and kind that is not there."""
    cluster = deployment.cluster
    assert cluster is not None
    problems = sentences(cluster.can_i(needed(deployment.settings)))
    return problems + kind_problems([*deployment.objects, *deployment.application], cluster.kinds())


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
