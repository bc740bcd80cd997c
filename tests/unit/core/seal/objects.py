"""Small objects to seal, and the secrets in them."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from tutor_launchpad.core.seal import Sealed, seal

KEY = "the-key-of-the-names"
NAMESPACE = "academy"
PASSWORD = "Xq7kW2pLm9Tz"
TOKEN = "tok_4hGf82mPqR"
SECRETS = {"MYSQL_PASSWORD": PASSWORD, "MAIL_TOKEN": TOKEN}

Object = dict[str, Any]


def sealed(*objects: Object, secrets: Mapping[str, str] | None = None, key: str = KEY) -> Sealed:
    """Seal copies of the objects, so that the originals can be compared."""
    return seal(copy.deepcopy(list(objects)), SECRETS if secrets is None else secrets, key, NAMESPACE)


def everything(result: Sealed) -> list[Object]:
    """What the namespace will hold."""
    return [*result.public, *result.secrets]


def config_map(name: str = "settings", data: Mapping[str, str] | None = None, **fields: Any) -> Object:
    """A ConfigMap that holds the password."""
    content = {"settings.py": f"PASSWORD = '{PASSWORD}'\n", "urls.py": "urls = []\n"} if data is None else dict(data)
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": content, **fields}


def secret(name: str, data: Mapping[str, str], **fields: Any) -> Object:
    """A Secret with `stringData`."""
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": dict(data), **fields}


def container(name: str = "main", **fields: Any) -> Object:
    """A container."""
    return {"name": name, "image": "example.com/image:1", **fields}


def pod_spec(*containers: Object, volumes: list[Object] | None = None, **fields: Any) -> Object:
    """The specification of a pod."""
    return {"containers": list(containers) or [container()], **({"volumes": volumes} if volumes else {}), **fields}


def workload(kind: str, spec: Object, name: str = "lms") -> Object:
    """An object of this kind that runs pods."""
    metadata = {"name": name, "labels": {"app": name}}
    version = {"Pod": "v1", "Job": "batch/v1", "CronJob": "batch/v1"}.get(kind, "apps/v1")
    item: Object = {"apiVersion": version, "kind": kind, "metadata": metadata}
    template: Object = {"metadata": {"labels": {"app": name}}, "spec": spec}
    if kind == "Pod":
        return {**item, "spec": spec}
    if kind == "CronJob":
        return {**item, "spec": {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": template}}}}
    return {**item, "spec": {"template": template}}


KINDS = ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod")
