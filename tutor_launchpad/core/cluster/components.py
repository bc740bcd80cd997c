"""The components of a cluster: by which object each is known, whose it is, and which Applications bring it. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

from tutor_launchpad.core.argocd import API
from tutor_launchpad.core.ownership import MANAGER
from tutor_launchpad.core.types import Object

ARGO_CD = "argo-cd"
ARGO_WORKFLOWS = "argo-workflows"
ARGO = {ARGO_CD: "argocd", ARGO_WORKFLOWS: "argo"}
"""What is installed before Argo CD can do anything, and its namespace."""
MAIN = {ARGO_CD: "argocd-server", ARGO_WORKFLOWS: "workflow-controller"}
"""The workload by whose image the version is known."""
LAUNCHPAD = "launchpad"
"""Our own part: the namespace, accounts and WorkflowTemplates."""
ROOT = "cluster"
"""The AppProject, and the Application that keeps the others as Git has them."""
BASE = "base"
"""The Application with namespaces and quotas of the others."""
CRDS = "apiextensions.k8s.io/v1"
CRD = "CustomResourceDefinition"
APPLICATION = (API, "Application")
TRACKING = "argocd.argoproj.io/tracking-id"
WAVE = "argocd.argoproj.io/sync-wave"


@dataclass(frozen=True)
class Mark:
    """The object by which a component is known to be there: it is in the way of a second one. By name, or by labels."""

    api_version: str
    kind: str
    name: str = ""
    namespace: str | None = None
    labels: str = ""


MARKS = {
    ARGO_CD: Mark(CRDS, CRD, "applications.argoproj.io"),
    ARGO_WORKFLOWS: Mark(CRDS, CRD, "workflows.argoproj.io"),
    "ingress": Mark("networking.k8s.io/v1", "IngressClass", "traefik"),
    "cert-manager": Mark(CRDS, CRD, "certificates.cert-manager.io"),
    "metrics-server": Mark("apiregistration.k8s.io/v1", "APIService", "v1beta1.metrics.k8s.io"),
    "autoscaler": Mark(
        "apps/v1", "Deployment", namespace="kube-system", labels="app.kubernetes.io/name=aws-cluster-autoscaler"
    ),
    "monitoring": Mark(CRDS, CRD, "prometheuses.monitoring.coreos.com"),
    "backups": Mark(CRDS, CRD, "backups.velero.io"),
}
APPLICATIONS = {
    ARGO_CD: (ARGO_CD,),
    ARGO_WORKFLOWS: (ARGO_WORKFLOWS,),
    "ingress": ("harmony",),
    "cert-manager": ("cert-manager", "issuers"),
    "metrics-server": ("harmony",),
    "autoscaler": ("autoscaler",),
    "monitoring": ("harmony", "monitoring"),
    "backups": ("harmony",),
}
"""Component → the Applications that bring it."""


class Whose(str, Enum):
    """Whose a component is."""

    NOBODYS = "absent"
    OURS = "ours"
    ARGO_CDS = "argo-cd"
    FOREIGN = "foreign"


@dataclass(frozen=True)
class Found:
    """A component as the cluster has it. `keeper`: who keeps it, for people."""

    whose: Whose = Whose.NOBODYS
    keeper: str = ""


def find_keeper(live: Object | None, applications: Collection[str]) -> Found:
    """Whose an object is; `applications`: those of this repository."""
    if live is None:
        return Found()
    application = tracked_by(live)
    if application in applications:
        return Found(Whose.ARGO_CDS, f"the Application {application}")
    if application:
        return Found(Whose.FOREIGN, f"Argo CD's Application {application}, which this repository has not")
    if is_ours(live):
        return Found(Whose.OURS, "this command")
    metadata, managers = live["metadata"], _managers(live)
    release = (metadata.get("annotations") or {}).get("meta.helm.sh/release-name")
    return Found(Whose.FOREIGN, f"Helm's release {release}" if release else next(filter(None, managers), "somebody"))


def is_ours(live: Object) -> bool:
    """Whether we have applied a part of it."""
    return MANAGER in _managers(live)


def _managers(live: Object) -> list[str]:
    return [str(entry.get("manager", "")) for entry in live["metadata"].get("managedFields") or []]


def tracked_by(live: Object) -> str:
    """The Application that Argo CD applies this object for; empty where there is none."""
    annotation = str((live["metadata"].get("annotations") or {}).get(TRACKING, ""))
    return annotation.partition(":")[0].rpartition("_")[2]


def wanted_applications(
    applications: Iterable[Object], chosen: Collection[str], found: Mapping[str, Found]
) -> tuple[list[Object], dict[str, str]]:
    """The Applications to apply, in the order of their waves, and those left out: name → why.

    `chosen`: components. What is somebody else's must not come a second time, so its Applications are left out, and of
    the namespaces in `base` its own.
    """
    foreign = {name: found[name] for name in chosen if found[name].whose is Whose.FOREIGN}
    blocked = {
        application: f"{name} is in the cluster already, kept by {one.keeper}"
        for name, one in foreign.items()
        for application in APPLICATIONS[name]
    }
    names = {BASE, *(application for name in chosen for application in APPLICATIONS[name])}
    ordered = sorted(applications, key=lambda one: (_wave(one), one["metadata"]["name"]))
    wanted = [one for one in ordered if one["metadata"]["name"] in names - {*blocked}]
    here = {one["metadata"]["name"] for one in ordered}
    left_out = {name: why for name, why in blocked.items() if name in here}
    return [_without_foreign(one, blocked) for one in wanted], left_out


def _wave(application: Object) -> int:
    text = str((application["metadata"].get("annotations") or {}).get(WAVE, "0"))
    return int(text) if text.lstrip("-").isdigit() else 0


def _without_foreign(application: Object, blocked: Collection[str]) -> Object:
    """`base` without the files that are about what is somebody else's."""
    if application["metadata"]["name"] != BASE or not blocked:
        return application
    source = {
        **application["spec"]["source"],
        "directory": {"exclude": f"{{{','.join(f'{name}.yml' for name in blocked)}}}"},
    }
    return {**application, "spec": {**application["spec"], "source": source}}
