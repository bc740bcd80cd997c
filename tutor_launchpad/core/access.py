"""The permissions that a deploy, the verbs that end something and those on people need, and how to say which are missing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from tutor_launchpad.core.settings import Settings


@dataclass(frozen=True)
class Permission:
    """One verb on one resource; an empty `namespace` means cluster-wide (or a cluster-scoped kind)."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    subresource: str = ""

    def __str__(self) -> str:
        """`get pods/log in alpha`."""
        name = (
            self.resource
            + (f".{self.group}" if self.group else "")
            + (f"/{self.subresource}" if self.subresource else "")
        )
        return f"{self.verb} {name}{' in ' + self.namespace if self.namespace else ' in the whole cluster'}"


def _all(verbs: str, group: str, resources: str, namespace: str = "") -> list[Permission]:
    return [Permission(verb, group, resource, namespace) for resource in resources.split() for verb in verbs.split()]


def needed(settings: Settings) -> list[Permission]:
    """What one deploy of this instance may have to do, in the order in which it does it."""
    own, argo = settings.instance, settings.argocd_namespace
    found = [
        *_all("get create patch", "", "namespaces"),
        *_all("list create patch delete", "", "secrets", own),
        *_all("get list create patch delete", "", "resourcequotas limitranges", own),
        *_all("list", "", "pods events persistentvolumeclaims", own),
        Permission("get", "", "pods", own, "log"),
        *_all("list", "apps", "deployments statefulsets daemonsets", own),
        *_all("list", "batch", "cronjobs", own),
        *_all("list delete", "batch", "jobs", own),
        *_all("get list create patch delete", "networking.k8s.io", "networkpolicies", own),
        *_all("get list create patch", "", "secrets", argo),
        *_all("get create patch", "argoproj.io", "applications appprojects", argo),
    ]
    if settings.servers:
        found += _provisioning(settings.namespace)
    return found


def needed_for(operation: str, settings: Settings) -> list[Permission]:
    """What a verb may have to do that must not find out when half of it is done; else nothing."""
    if operation in _PEOPLE:
        return _PEOPLE[operation](settings)
    if operation not in _STRIKING:
        return []
    namespace = settings.namespace
    return [
        Permission("get", "", "namespaces"),
        *_provisioning(namespace),
        *_all("delete", "", _STRIKING[operation], namespace),
    ]


_STRIKING = {"rotate": "configmaps", "deprovision": "configmaps secrets"}
"""What goes with the names: their records, and with the last one the instance's passwords."""


def _people(settings: Settings) -> list[Permission]:
    """Runs in the instance's own namespace, with what Argo Workflows needs there."""
    own = settings.instance
    policies = _all("get create patch", "networking.k8s.io", "networkpolicies", own)
    return [
        *_in_the_lms(settings)[:2],
        *_all("get create patch delete list", "", "secrets", own),
        *_running(own),
        *(policies if settings.network_policies else []),
    ]


def _in_the_lms(settings: Settings) -> list[Permission]:
    """A command in the running LMS."""
    own = settings.instance
    return [
        Permission("get", "", "namespaces"),
        Permission("get", "apps", "deployments", own),
        *_all("get list", "", "pods", own),
        Permission("create", "", "pods", own, "exec"),
    ]


_PEOPLE = {"people": _people, "people --local": _in_the_lms}


def _provisioning(namespace: str) -> list[Permission]:
    return [
        *_all("get create patch", "", "secrets", namespace),
        *_all("get list create patch", "", "configmaps", namespace),
        Permission("list", "argoproj.io", "workflows", namespace),
        *_running(namespace),
    ]


def _running(namespace: str) -> list[Permission]:
    """To register templates in a namespace, start a run there and see its end."""
    return [
        *_all("get create", "argoproj.io", "workflows", namespace),
        *_all("get create patch", "argoproj.io", "workflowtemplates", namespace),
        *_all("get create patch", "", "serviceaccounts", namespace),
        *_all("get create patch", "rbac.authorization.k8s.io", "roles rolebindings", namespace),
        # Who may not do this themselves may not give it to the workflows' account either.
        *_all("create patch", "argoproj.io", "workflowtaskresults", namespace),
        Permission("list", "", "pods", namespace),
        Permission("get", "", "pods", namespace, "log"),
    ]


def sentences(denied: Iterable[Permission]) -> list[str]:
    """One sentence a place and resource, with all the verbs that are missing there."""
    verbs: dict[Permission, list[str]] = {}
    for permission in denied:
        verbs.setdefault(replace(permission, verb=""), []).append(permission.verb)
    return [
        f"You may not {replace(place, verb=', '.join(names))}: ask an administrator of the cluster for a role with it."
        for place, names in verbs.items()
    ]
