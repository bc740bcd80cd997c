"""Checks of Kubernetes itself, before anything of ours is in it."""

from __future__ import annotations

import re

from tutor_launchpad.core.access import Permission
from tutor_launchpad.core.cluster.components import ARGO, ARGO_CD
from tutor_launchpad.core.listing import listed
from tutor_launchpad.steps.cluster.patient import UNUSED, Finding, Patient, fine, unknown, wrong

OLDEST = (1, 31)
CLOCKS_DIFFER = 60
DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"
ENFORCING = ("antrea", "calico", "canal", "cilium", "kindnet", "kube-router", "weave")
"""Parts of the names of network plugins that enforce NetworkPolicies."""
IDLE = ("flannel",)
RIGHTS = [
    *(Permission("create", group, kind) for group, kind in (
        ("", "namespaces"), ("apiextensions.k8s.io", "customresourcedefinitions"),
        ("rbac.authorization.k8s.io", "clusterroles"), ("rbac.authorization.k8s.io", "clusterrolebindings"),
    )),
    *(Permission(verb, group, kind, ARGO[ARGO_CD]) for verb in ("create", "patch") for group, kind in (
        ("apps", "deployments"), ("", "secrets"), ("argoproj.io", "applications"),
    )),
]  # fmt: skip
"""Of what an installation does, that which is refused first."""


def check_version(patient: Patient) -> Finding:
    """The API server's version is one that the components support, and the repository's."""
    version, pinned = patient.cluster.version, patient.files.answers.kubernetes
    match = re.match(r"v(\d+)\.(\d+)", version)
    if not match:
        return unknown(f"the server calls itself {version!r}")
    if (int(match[1]), int(match[2])) < OLDEST:
        return wrong(f"{version} is too old", f"upgrade Kubernetes to {OLDEST[0]}.{OLDEST[1]} or later")
    if f"{match[1]}.{match[2]}" != pinned:
        return fine(f"{version}; cluster.yml says {pinned}, by which manifests are checked")
    return fine(version)


def check_rights(patient: Patient) -> Finding:
    """The kubeconfig's user may install."""
    missing = patient.cluster.can_i(RIGHTS)
    if missing:
        return wrong(
            f"you may not {listed(missing, 3)}",
            "use a kubeconfig whose user administers the cluster (role cluster-admin)",
        )
    return fine("you may install")


def check_clock(patient: Patient) -> Finding:
    """This machine and the API server agree on the time."""
    seconds = round(patient.cluster.ahead.total_seconds())
    if abs(seconds) <= CLOCKS_DIFFER:
        return fine("as the server's")
    where = "behind" if seconds > 0 else "ahead of"
    return wrong(f"{abs(seconds)} s {where} the server's", "set this machine's clock, or the node's, right")


def check_nodes(patient: Patient) -> Finding:
    """All nodes are ready."""
    nodes = patient.cluster.list("v1", "Node")
    away = [one["metadata"]["name"] for one in nodes if not _true(one, "Ready")]
    if not nodes:
        return wrong("there are none", "add nodes to the cluster")
    if away:
        return wrong(f"{listed(away, 3)} not ready", f"look at `kubectl describe node {away[0]}`")
    return fine(f"{len(nodes)} ready")


def check_storage(patient: Patient) -> Finding:
    """Claims that name no class get a volume."""
    classes = patient.cluster.list("storage.k8s.io/v1", "StorageClass")
    defaults = [one["metadata"]["name"] for one in classes
                if (one["metadata"].get("annotations") or {}).get(DEFAULT_CLASS) == "true"]  # fmt: skip
    mark = f"kubectl annotate storageclass {{}} {DEFAULT_CLASS}={{}}"
    if not classes:
        return wrong("there is no StorageClass", "install a storage driver: claims of instances would wait for ever")
    if not defaults:
        name = classes[0]["metadata"]["name"]
        return wrong("no StorageClass is the default", f"make one the default, such as: {mark.format(name, 'true')}")
    if len(defaults) > 1:
        return wrong(
            f"{listed(defaults, 3)} are all the default", f"leave one: {mark.format(defaults[-1], 'false')} --overwrite"
        )
    return fine(f"{defaults[0]} is the default")


def check_network(patient: Patient) -> Finding:
    """NetworkPolicies keep instances apart; told by the network plugin's name, as nothing else tells."""
    names = [one["metadata"]["name"] for one in patient.cluster.list("apps/v1", "DaemonSet", "kube-system")]
    enforcing = [name for name in names if any(word in name for word in ENFORCING)]
    if enforcing:
        return fine(f"{enforcing[0]} enforces NetworkPolicies")
    if any(word in name for word in IDLE for name in names):
        return wrong(
            "flannel enforces no NetworkPolicies, so that instances reach each other",
            "add a plugin that does, such as Calico or Cilium",
        )
    return unknown("whether NetworkPolicies are enforced cannot be told from the network plugin's name")


def check_metrics(patient: Patient) -> Finding:
    """Instances scale by the metrics API."""
    live = patient.cluster.find("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io")
    if live is None:
        if not patient.wants("metrics-server"):
            return wrong("there is no metrics API", "`tutor launchpad cluster update --with metrics-server`, then push")
        return wrong("there is no metrics API", "wait for the Application harmony: `tutor launchpad cluster status`")
    if not _true(live, "Available"):
        return wrong("the metrics API does not answer", "look at `kubectl describe apiservice v1beta1.metrics.k8s.io`")
    return fine("the metrics API answers")


def check_ingress(patient: Patient) -> Finding:
    """There is a class for the Ingresses of instances."""
    names = [one["metadata"]["name"] for one in patient.cluster.list("networking.k8s.io/v1", "IngressClass")]
    if "traefik" in names or (names and not patient.wants("ingress")):
        return fine(f"there is {listed(names, 3)}")
    if patient.wants("ingress"):
        return wrong("there is no class traefik", "wait for the Application harmony: `tutor launchpad cluster status`")
    return wrong("there is no class at all", "`tutor launchpad cluster update --with ingress`, then push")


def check_issuers(patient: Patient) -> Finding:
    """Whoever asks for a certificate gets one."""
    if not (patient.wants("cert-manager") and patient.wants("ingress")):
        return UNUSED
    if ("cert-manager.io/v1", "ClusterIssuer") not in patient.kinds:
        return wrong("cert-manager is not there", "wait for its Application: `tutor launchpad cluster status`")
    issuers = patient.cluster.list("cert-manager.io/v1", "ClusterIssuer")
    names = {one["metadata"]["name"] for one in issuers}
    if not {"letsencrypt-production", "letsencrypt-staging"} <= names:
        return wrong("the issuers are not there", "wait for the Application issuers: `tutor launchpad cluster status`")
    unready = [one["metadata"]["name"] for one in issuers if not _true(one, "Ready")]
    if unready:
        return wrong(f"{listed(unready, 3)} not ready", f"look at `kubectl describe clusterissuer {unready[0]}`")
    return fine(f"{listed(sorted(names), 3)} ready")


def _true(obj: object, condition: str) -> bool:
    status = obj.get("status") if isinstance(obj, dict) else None
    conditions = (status or {}).get("conditions") or []
    return any(one.get("type") == condition and one.get("status") == "True" for one in conditions)
