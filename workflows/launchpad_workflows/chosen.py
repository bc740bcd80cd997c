"""Credentials that a provider chooses: one Secret per instance, and the account of the pods that may write it.

The account may get and patch this Secret and nothing else; only pods of resources whose provider chooses have its token.
It is there, and empty, before the first run. Its account, role and binding belong to it and go with it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from launchpad_workflows.client import INSTANCE_LABEL, MANAGED, Client, Object
from launchpad_workflows.credentials import chosen_secret
from launchpad_workflows.templates.common import labelled

_RBAC = "rbac.authorization.k8s.io"


def build_secret(instance: str, namespace: str) -> Object:
    """The Secret without content; pure."""
    return _object("v1", "Secret", instance, namespace, type="Opaque")


def build_accounts(instance: str, namespace: str, owner: str) -> list[Object]:
    """ServiceAccount, Role and RoleBinding, which go with the Secret of the uid `owner`; pure."""
    name = chosen_secret(instance)
    reference = {"apiVersion": "v1", "kind": "Secret", "name": name, "uid": owner}
    rule = {"apiGroups": [""], "resources": ["secrets"], "resourceNames": [name], "verbs": ["get", "patch"]}
    objects = [
        _object("v1", "ServiceAccount", instance, namespace, automountServiceAccountToken=False),
        _object(f"{_RBAC}/v1", "Role", instance, namespace, rules=[rule]),
        _object(
            f"{_RBAC}/v1",
            "RoleBinding",
            instance,
            namespace,
            roleRef={"apiGroup": _RBAC, "kind": "Role", "name": name},
            subjects=[{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
        ),
    ]
    return [labelled({**one, "metadata": {**one["metadata"], "ownerReferences": [reference]}}) for one in objects]


def prepare(client: Client, instance: str, namespace: str) -> None:
    """Make what is missing of Secret and account."""
    name = chosen_secret(instance)
    secret = client.find("v1", "Secret", name, namespace)
    if secret is None:
        secret = client.create(build_secret(instance, namespace))
    for obj in build_accounts(instance, namespace, secret["metadata"]["uid"]):
        live = client.find(obj["apiVersion"], obj["kind"], name, namespace)
        if live is None or live["metadata"].get("labels") != obj["metadata"]["labels"]:
            client.apply(obj)


def read(client: Client, instance: str, namespace: str) -> Mapping[str, str]:
    """What providers have chosen for the instance, by key; nothing where there is no Secret."""
    secret = client.find("v1", "Secret", chosen_secret(instance), namespace) or {}
    return {key: base64.b64decode(value).decode() for key, value in (secret.get("data") or {}).items()}


def forget(client: Client, instance: str, namespace: str) -> bool:
    """Remove the Secret and with it the account; False where there was none."""
    return client.delete("v1", "Secret", chosen_secret(instance), namespace)


def _object(api_version: str, kind: str, instance: str, namespace: str, **content: object) -> Object:
    labels = {**MANAGED, INSTANCE_LABEL: instance}
    metadata = {"name": chosen_secret(instance), "namespace": namespace, "labels": labels}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}
