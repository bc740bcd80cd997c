"""What has to be in an instance's namespace so that Argo Workflows can run there: an account, and a way to the API server.

The container of Argo beside the script reports what became of it, by an account that may do nothing else. The namespace's own
policies let nothing out to the API server where that listens on another port than 443, so the runs' pods get a policy of
their own. It is not labelled as
Launchpad's: a deploy removes policies that are, and that it does not want itself.
"""

from __future__ import annotations

from launchpad_workflows.client import OPERATION_LABEL, Object
from launchpad_workflows.people.template import OPERATION
from launchpad_workflows.templates.common import TemplateParams, labelled
from launchpad_workflows.templates.rbac import build_executor

POLICY = "launchpad-people"
API_PORTS = (443, 6443)
"""Where API servers listen, as the pods' network sees them."""
_LINK_LOCAL = {"0.0.0.0/0": "169.254.0.0/16", "::/0": "fe80::/10"}


def build_access(namespace: str, *, policy: bool = True) -> list[Object]:
    """The objects in the order in which they are applied. `policy`: the namespace has network policies."""
    return [*build_executor(TemplateParams("", namespace)), *([_policy(namespace)] if policy else [])]


def _policy(namespace: str) -> Object:
    anywhere = [{"ipBlock": {"cidr": cidr, "except": [local]}} for cidr, local in _LINK_LOCAL.items()]
    ports = [{"protocol": "TCP", "port": port} for port in API_PORTS]
    policy = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": POLICY, "namespace": namespace},
        "spec": {
            "podSelector": {"matchLabels": {OPERATION_LABEL: OPERATION}},
            "policyTypes": ["Egress"],
            "egress": [{"to": anywhere, "ports": ports}],
        },
    }
    return labelled(policy, {})
