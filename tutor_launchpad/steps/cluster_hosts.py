"""Hosts that something else in the cluster serves already, which the repository's own comparison cannot see."""

from __future__ import annotations

from tutor_launchpad.core.errors import Forbidden
from tutor_launchpad.core.hosts import ingress_hosts, taken_hosts
from tutor_launchpad.core.instance import ABOUT, read_about
from tutor_launchpad.steps.data import formerly
from tutor_launchpad.steps.deployment import Deployment


def cluster_host_problems(deployment: Deployment) -> list[str]:
    """One sentence for each host of ours that an Ingress of another namespace has.

    Asked only where a host is new to this instance, as the list of all Ingresses is long in a large cluster.
    """
    cluster = deployment.cluster
    assert cluster is not None
    folder, repository = deployment.settings.folder, deployment.repository
    recorded = repository.files(folder, repository.head).get(ABOUT)
    about = (read_about(recorded) or {}) if recorded else {}
    new = set(deployment.hosts) - {str(host) for host in about.get("hosts") or []}
    if not new:
        return []
    try:
        ingresses = cluster.list("networking.k8s.io/v1", "Ingress")
    except Forbidden:
        deployment.progress.say("you may not list the Ingresses of all namespaces: their hosts are not compared")
        return []
    others: dict[str, list[str]] = {}
    for item in ingresses:
        others.setdefault(item["metadata"]["namespace"], []).extend(ingress_hosts([item]))
    others.pop(deployment.settings.instance, None)
    return taken_hosts(sorted(new), others, formerly(deployment))
