"""What surrounds an instance in its namespace: Pod Security labels, quota, default limits, network policies.

The deploy applies these itself; they are not in the repository, since whoever may change the repository must not be
able to lift them (the AppProject refuses those kinds).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from tutor_launchpad.core.flows import Flow
from tutor_launchpad.core.ownership import ID_ANNOTATION, MANAGED_LABEL, MANAGER
from tutor_launchpad.core.setting_types import Quantities
from tutor_launchpad.core.settings import Settings
from tutor_launchpad.core.types import Object

INSTANCE_LABEL = "launchpad.openedx.org/instance"
POD_SECURITY = "pod-security.kubernetes.io"

COUNTS: Quantities = {
    "pods": 300,
    "services": 150,
    "services.loadbalancers": 0,
    "services.nodeports": 0,
    "persistentvolumeclaims": 60,
    "configmaps": 1000,
    "secrets": 1000,
    "count/deployments.apps": 150,
    "count/statefulsets.apps": 50,
    "count/jobs.batch": 500,
    "count/cronjobs.batch": 100,
    "count/ingresses.networking.k8s.io": 150,
}
"""What one instance may not exceed whatever happens; ten times what all known plugins need."""

DEFAULT_LIMITS: dict[str, Quantities] = {
    "default": {"cpu": "2", "memory": "2Gi"},
    "defaultRequest": {"cpu": "50m", "memory": "128Mi"},
}
"""For containers that name none, where a quota counts cpu or memory: without them Kubernetes refuses the pod."""

COMPUTE = ("cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory")


def namespace(settings: Settings, root_id: str, level: str = "baseline") -> Object:
    """The Namespace, with its owner and Pod Security labels. Tutor's own labels are left to whoever set them."""
    labels = {
        INSTANCE_LABEL: settings.instance,
        f"{POD_SECURITY}/enforce": level,
        f"{POD_SECURITY}/warn": "restricted",
    }
    metadata = {"name": settings.instance, "labels": labels, "annotations": {ID_ANNOTATION: root_id}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def limits_of(quota: Quantities, limits: Mapping[str, Quantities]) -> dict[str, Quantities]:
    """Defaults and bounds for containers: what is set, and where the quota counts compute, defaults for the rest."""
    if not any(name in COMPUTE for name in quota):
        return dict(limits)
    return {**limits, **{name: {**values, **limits.get(name, {})} for name, values in DEFAULT_LIMITS.items()}}


def bounds(settings: Settings) -> list[Object]:
    """ResourceQuota, and LimitRange where there is something to say."""
    hard = {name: str(value) for name, value in {**COUNTS, **settings.quota}.items()}
    found = [_object("v1", "ResourceQuota", settings, "launchpad", {"hard": hard})]
    limits = limits_of(settings.quota, settings.limits)
    if limits:
        item = {name: {k: str(v) for k, v in values.items()} for name, values in limits.items()}
        found.append(_object("v1", "LimitRange", settings, "launchpad", {"limits": [{"type": "Container", **item}]}))
    return found


def network_policies(settings: Settings, flows: Iterable[Flow]) -> list[Object]:
    """Default deny with its exceptions; none where LAUNCHPAD_NETWORK_POLICIES is false."""
    if not settings.network_policies:
        return []
    near: list[Object] = [{"podSelector": {}}]
    if settings.ingress_namespaces:
        key = "kubernetes.io/metadata.name"
        names = {"key": key, "operator": "In", "values": list(settings.ingress_namespaces)}
        near.append({"namespaceSelector": {"matchExpressions": [names]}})
    names_ports = [{"protocol": protocol, "port": 53} for protocol in ("UDP", "TCP")]
    policies = [
        _policy(settings, "launchpad-ingress", "Ingress", [{"from": near}]),
        _policy(settings, "launchpad-egress", "Egress", [{"ports": names_ports}, {"to": near}]),
    ]
    rules: dict[str, list[Object]] = {}
    for flow in flows:
        if flow.cidrs:
            rules.setdefault(_flow_name(flow.name), []).append(_flow_rule(flow))
    return [*policies, *(_policy(settings, name, "Egress", rule) for name, rule in sorted(rules.items()))]


def surroundings(settings: Settings, root_id: str, level: str, flows: Iterable[Flow]) -> list[Object]:
    """The Namespace, and after it what surrounds the instance there."""
    return [namespace(settings, root_id, level), *bounds(settings), *network_policies(settings, flows)]


def _flow_name(name: str) -> str:
    return f"launchpad-flow-{re.sub(r'[^a-z0-9-]+', '-', name.lower()).strip('-')}"[:63].rstrip("-")


def _flow_rule(flow: Flow) -> Object:
    blocks = []
    for cidr in flow.cidrs:
        excluded = [one for one in flow.excluded if (":" in one) == (":" in cidr)]
        blocks.append({"ipBlock": {"cidr": cidr} | ({"except": excluded} if excluded else {})})
    ports = [{"protocol": flow.protocol, "port": port} for port in flow.ports]
    return {"to": blocks} | ({"ports": ports} if ports else {})


def _policy(settings: Settings, name: str, direction: str, rules: list[Object]) -> Object:
    spec = {"podSelector": {}, "policyTypes": [direction], direction.lower(): rules}
    return _object("networking.k8s.io/v1", "NetworkPolicy", settings, name, spec)


def _object(api_version: str, kind: str, settings: Settings, name: str, spec: Object) -> Object:
    metadata = {"name": name, "namespace": settings.instance, "labels": {MANAGED_LABEL: MANAGER}}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec}
