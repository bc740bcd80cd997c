"""Credentials that a provider chooses: one Secret per instance, and the account of the pods that may write it.

The account may get and patch this Secret and nothing else; only pods of resources whose provider chooses have its token.
It is there, and empty, before the first run. Its account, role and binding belong to it and go with it. An annotation says
which installation it is of: the usual name of an instance is everybody's.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from launchpad_workflows.client import INSTANCE_LABEL, LABELS, MANAGED, Client, Object
from launchpad_workflows.credentials import chosen_secret
from launchpad_workflows.errors import Refused
from launchpad_workflows.templates.common import labelled

_ROOT = f"{LABELS}/root"
_RBAC = "rbac.authorization.k8s.io"


def build_secret(instance: str, namespace: str, root: str = "") -> Object:
    """The Secret without content; pure."""
    secret = _object("v1", "Secret", instance, namespace, type="Opaque")
    return {**secret, "metadata": {**secret["metadata"], "annotations": {_ROOT: root}}}


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


def prepare(client: Client, instance: str, namespace: str, root: str = "") -> None:
    """Make what is missing of Secret and account; raises `Refused` where it is another installation's."""
    name = chosen_secret(instance)
    secret = _find(client, instance, namespace, root)
    if secret is None:
        secret = client.create(build_secret(instance, namespace, root))
    for obj in build_accounts(instance, namespace, secret["metadata"]["uid"]):
        live = client.find(obj["apiVersion"], obj["kind"], name, namespace)
        if live is None or live["metadata"].get("labels") != obj["metadata"]["labels"]:
            client.apply(obj)


def read(client: Client, instance: str, namespace: str, root: str = "") -> Mapping[str, str]:
    """What providers have chosen for the instance, by key; nothing where there is no Secret. `Refused` as above."""
    secret = _find(client, instance, namespace, root) or {}
    return {key: base64.b64decode(value).decode() for key, value in (secret.get("data") or {}).items()}


def forget(client: Client, instance: str, namespace: str, root: str = "") -> bool:
    """Remove the Secret and with it the account; False where there was none. Another installation's is left alone."""
    secret = client.find("v1", "Secret", chosen_secret(instance), namespace)
    if secret is None or _root(secret) != root:
        return False
    return client.delete("v1", "Secret", chosen_secret(instance), namespace)


def _find(client: Client, instance: str, namespace: str, root: str) -> Object | None:
    name = chosen_secret(instance)
    secret = client.find("v1", "Secret", name, namespace)
    if secret is not None and _root(secret) != root:
        raise Refused(
            f"Secret {name} in namespace {namespace} is of another installation with an instance {instance}, so it was not "
            "touched: choose another name for the instance here."
        )
    return secret


def _root(secret: Object) -> str:
    return str((secret["metadata"].get("annotations") or {}).get(_ROOT, ""))


def _object(api_version: str, kind: str, instance: str, namespace: str, **content: object) -> Object:
    labels = {**MANAGED, INSTANCE_LABEL: instance}
    metadata = {"name": chosen_secret(instance), "namespace": namespace, "labels": labels}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **content}
