"""Where the API serves a kind: known for the usual ones, asked for once per group and version for others."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from tutor_launchpad.core.types import Object


@dataclass(frozen=True)
class Served:
    """A kind's plural, and whether its objects live in namespaces."""

    plural: str
    namespaced: bool = True


Kinds = dict[tuple[str, str], Served]

_KNOWN = {
    "v1": "ConfigMap Event LimitRange PersistentVolumeClaim Pod ResourceQuota Secret Service ServiceAccount",
    "apps/v1": "DaemonSet Deployment ReplicaSet StatefulSet",
    "argoproj.io/v1alpha1": "Application AppProject Workflow WorkflowTemplate CronWorkflow",
    "autoscaling/v2": "HorizontalPodAutoscaler",
    "batch/v1": "CronJob Job",
    "cert-manager.io/v1": "Certificate Issuer",
    "coordination.k8s.io/v1": "Lease",
    "networking.k8s.io/v1": "Ingress NetworkPolicy",
    "policy/v1": "PodDisruptionBudget",
    "rbac.authorization.k8s.io/v1": "Role RoleBinding",
}
_KNOWN_CLUSTER = {
    "v1": "Namespace Node PersistentVolume",
    "apiextensions.k8s.io/v1": "CustomResourceDefinition",
    "apiregistration.k8s.io/v1": "APIService",
    "authorization.k8s.io/v1": "SelfSubjectAccessReview SelfSubjectRulesReview",
    "cert-manager.io/v1": "ClusterIssuer",
    "networking.k8s.io/v1": "IngressClass",
    "rbac.authorization.k8s.io/v1": "ClusterRole ClusterRoleBinding",
    "storage.k8s.io/v1": "StorageClass",
}


def _plural(kind: str) -> str:
    name = kind.lower()
    if name.endswith("y"):
        return name[:-1] + "ies"
    return name + ("es" if name.endswith("s") else "s")


KNOWN: Kinds = {
    (version, kind): Served(_plural(kind), namespaced)
    for table, namespaced in ((_KNOWN, True), (_KNOWN_CLUSTER, False))
    for version, kinds in table.items()
    for kind in kinds.split()
}


def root(api_version: str) -> str:
    """`/api/v1` or `/apis/<group>/<version>`."""
    return f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"


def path(api_version: str, served: Served, namespace: str | None, name: str = "") -> str:
    """The path of an object, or of a list."""
    parts = [root(api_version)]
    if served.namespaced and namespace:
        parts += ["namespaces", quote(namespace, safe="")]
    parts.append(served.plural)
    if name:
        parts.append(quote(name, safe=""))
    return "/".join(parts)


def read_group(api_version: str, resources: Object) -> Kinds:
    """An APIResourceList, without sub-resources."""
    return {
        (api_version, item["kind"]): Served(item["name"], bool(item["namespaced"]))
        for item in resources.get("resources", [])
        if "/" not in item["name"]
    }


def read_discovery(discovery: Object) -> Kinds:
    """An aggregated discovery document (APIGroupDiscoveryList)."""
    found: Kinds = {}
    for group in discovery.get("items", []):
        name = group["metadata"].get("name", "")
        for version in group.get("versions", []):
            api_version = f"{name}/{version['version']}" if name else version["version"]
            for item in version.get("resources", []):
                kind = item.get("responseKind", {}).get("kind", "")
                found[api_version, kind] = Served(item["resource"], item.get("scope") == "Namespaced")
    return found
