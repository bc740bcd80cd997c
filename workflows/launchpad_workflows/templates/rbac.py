"""The namespace and the accounts that the templates' pods run as. Pure.

The worker's own account has no role and no token in the pod. Argo's container beside it reports results with a second
account, which may create and patch `workflowtaskresults` and nothing else; its token is a Secret made by hand, found
by its name, as Argo asks for where a pod's own token is not mounted.
"""

from __future__ import annotations

from typing import Any

from launchpad_workflows.client import MANAGED, Object
from launchpad_workflows.templates.common import EXECUTOR, WORKER, TemplateParams, labelled

_RBAC = "rbac.authorization.k8s.io"


def build_namespace(params: TemplateParams) -> Object:
    """The namespace, in which only pods of the strictest kind may run."""
    levels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": params.namespace, "labels": {**MANAGED, **levels}},
    }


def build_rbac(params: TemplateParams) -> list[Object]:
    """Accounts, role, binding and token, in the order in which they are applied."""
    return [
        _object(params, "v1", "ServiceAccount", WORKER, automountServiceAccountToken=False),
        *build_executor(params),
    ]


def build_executor(params: TemplateParams) -> list[Object]:
    """The account of Argo's own containers, which every namespace needs in which something is to run."""
    return [
        _object(params, "v1", "ServiceAccount", EXECUTOR, automountServiceAccountToken=False),
        _object(
            params,
            f"{_RBAC}/v1",
            "Role",
            EXECUTOR,
            rules=[{"apiGroups": ["argoproj.io"], "resources": ["workflowtaskresults"], "verbs": ["create", "patch"]}],
        ),
        _object(
            params,
            f"{_RBAC}/v1",
            "RoleBinding",
            EXECUTOR,
            roleRef={"apiGroup": _RBAC, "kind": "Role", "name": EXECUTOR},
            subjects=[{"kind": "ServiceAccount", "name": EXECUTOR, "namespace": params.namespace}],
        ),
        _object(
            params,
            "v1",
            "Secret",
            f"{EXECUTOR}.service-account-token",
            annotations={"kubernetes.io/service-account.name": EXECUTOR},
            type="kubernetes.io/service-account-token",
        ),
    ]


def _object(
    params: TemplateParams,
    api_version: str,
    kind: str,
    name: str,
    annotations: dict[str, str] | None = None,
    **content: Any,
) -> Object:
    metadata: Object = {"name": name, "namespace": params.namespace}
    metadata |= {"annotations": annotations} if annotations else {}
    return labelled({"apiVersion": api_version, "kind": kind, "metadata": metadata, **content})
