"""Finds which components a cluster has already, and whose they are: a request for each, however large it is."""

from __future__ import annotations

from tutor_launchpad.adapters.cluster_folder import ClusterFolder
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.cluster.components import ARGO, ARGO_CD, MARKS, Found, Mark, Whose, find_keeper
from tutor_launchpad.core.errors import NoSuchKind
from tutor_launchpad.core.listing import listed
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.cluster.installation import Installation
from tutor_launchpad.steps.cluster.repository import FOLDER, ClusterFiles

SERVER = "app.kubernetes.io/name=argocd-server"


def run_look(installation: Installation) -> tuple[Status, str]:
    """Fill in what was found; nothing is changed."""
    cluster, files = installation.cluster, installation.files
    installation.found = _taken_over(find_components(cluster, files), installation)
    if installation.whose(ARGO_CD) is Whose.FOREIGN:
        installation.argo_cd = argo_cd_namespace(cluster) or installation.argo_cd
    _tell_uncommitted(installation)
    foreign = [
        f"{name} (kept by {installation.found[name].keeper})"
        for name in installation.components
        if installation.whose(name) is Whose.FOREIGN
    ]
    if not foreign:
        return Status.DONE, f"Kubernetes {cluster.version}"
    for one in foreign:
        installation.say(f"{one} is in the cluster already, and is left alone")
    return Status.DONE, f"Kubernetes {cluster.version}; left alone: {', '.join(foreign)}"


def _taken_over(found: dict[str, Found], installation: Installation) -> dict[str, Found]:
    """What was somebody else's and is named together with force is ours from now on."""
    order = installation.order
    ours = [name for name in ARGO if order.force and name in order.components and found[name].whose is Whose.FOREIGN]
    for name in ours:
        installation.say(f"{name} is taken over from {found[name].keeper}")
    return {**found, **dict.fromkeys(ours, Found(Whose.OURS, "this command"))}


def _tell_uncommitted(installation: Installation) -> None:
    """Argo CD runs what is pushed, and would set back what stands in this folder alone."""
    folder = ClusterFolder.at(installation.files.path)
    edited = [name for name in (folder.changes() if folder.exists() else []) if name.startswith(f"{FOLDER}/")]
    if edited:
        installation.next.append(f"commit and push {listed(edited, 3)}: Argo CD runs what is pushed")


def find_components(cluster: Cluster, files: ClusterFiles) -> dict[str, Found]:
    """Component → whose it is, of all that there may be."""
    names = {one["metadata"]["name"] for one in files.applications}
    return {name: find_keeper(_marked(cluster, mark), names) for name, mark in MARKS.items()}


def argo_cd_namespace(cluster: Cluster) -> str:
    """Where somebody's Argo CD runs; empty where none is seen."""
    servers = cluster.list("apps/v1", "Deployment", None, SERVER)
    return str(servers[0]["metadata"]["namespace"]) if servers else ""


def _marked(cluster: Cluster, mark: Mark) -> Object | None:
    try:
        if mark.name:
            return cluster.find(mark.api_version, mark.kind, mark.name, mark.namespace)
        return next(iter(cluster.list(mark.api_version, mark.kind, mark.namespace, mark.labels)), None)
    except NoSuchKind:
        return None
