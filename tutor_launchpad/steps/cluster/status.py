"""Looks at a cluster: a number of requests that depends on the repository alone, never on what the cluster holds."""

from __future__ import annotations

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.cluster.components import (
    APPLICATION,
    ARGO,
    LAUNCHPAD,
    MAIN,
    Found,
    Whose,
)
from tutor_launchpad.core.cluster.overview import (
    ClusterStatus,
    Part,
    application_part,
    foreign_part,
    make_status,
    workloads_part,
)
from tutor_launchpad.core.errors import NoSuchKind
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.cluster.look import find_components
from tutor_launchpad.steps.cluster.repository import ClusterFiles
from tutor_launchpad.steps.cluster.templates import template_states


def look_at_cluster(cluster: Cluster, files: ClusterFiles) -> ClusterStatus:
    """The status of all that the repository installs, and of what others have installed in its place."""
    found = find_components(cluster, files)
    parts = [_argo(cluster, files, name, found[name]) for name in ARGO]
    parts.append(_templates(cluster))
    parts += _applications(cluster, files)
    told = {part.name for part in parts}
    parts += [foreign_part(name, one) for name, one in found.items() if one.whose is Whose.FOREIGN and name not in told]
    wanted = [part for part in parts if part.name not in ARGO or part.there or part.name in files.components]
    return make_status(files.answers.cluster, cluster.context, cluster.version, wanted)


def _argo(cluster: Cluster, files: ClusterFiles, name: str, found: Found) -> Part:
    """One of the two, in its namespace; somebody else's may be anywhere, and is only told of."""
    workloads: list[Object] = []
    if found.whose is not Whose.NOBODYS:
        workloads = [one for kind in ("Deployment", "StatefulSet") for one in cluster.list("apps/v1", kind, ARGO[name])]
    if found.whose is Whose.FOREIGN and not workloads:
        return foreign_part(name, found)
    wanted = files.pin(name).version if name in files.components and found.whose is not Whose.FOREIGN else ""
    return workloads_part(name, found, workloads, wanted, MAIN[name])


def _templates(cluster: Cluster) -> Part:
    """Our own templates, whose version is the library's."""
    states = template_states(cluster)
    if not states:
        return Part(LAUNCHPAD, there=False, trouble="is not installed")
    wrong = [f"{name} is {state}" for name, state in states.items() if state != "current"]
    return Part(LAUNCHPAD, True, "this command", trouble="; ".join(wrong[:3]))


def _applications(cluster: Cluster, files: ClusterFiles) -> list[Part]:
    wanted = [*(one for one in files.applications), *(one for one in files.root if one["kind"] == "Application")]
    parts = []
    for one in wanted:
        name, namespace = one["metadata"]["name"], one["metadata"]["namespace"]
        if name in ARGO:  # what it keeps has a line of its own
            continue
        try:
            live = cluster.find(*APPLICATION, name, namespace)
        except NoSuchKind:
            live = None
        parts.append(application_part(name, live, one))
    return parts
