"""The servers of the benchmarks, the request of one instance on them, and its passwords."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

from launchpad_workflows import names
from launchpad_workflows.credentials import ADDRESS, PASSWORD, USERNAME, MappingCredentials
from launchpad_workflows.requests import Request, Resource

from tests.integration.conftest import Server

SETTINGS = {"mysql": "LAUNCHPAD_TEST_MYSQL", "mongodb": "LAUNCHPAD_TEST_MONGODB", "storage": "LAUNCHPAD_TEST_S3"}
OWN = {"MYSQL": "mysql-of-a-benchmark", "MONGODB": "mongodb-of-a-benchmark", "STORAGE": "storage-of-a-benchmark"}
"""The passwords of each instance, by their keys."""


def missing() -> str:
    """The first setting that a server lacks; empty where all are there."""
    return next((name for name in SETTINGS.values() if not os.environ.get(name)), "")


def servers() -> dict[str, Server]:
    """By resource."""
    return {resource: Server(resource, urlsplit(os.environ[name])) for resource, name in SETTINGS.items()}


def administrators(known: Mapping[str, Server], host: str = "") -> dict[str, dict[str, str]]:
    """Resource → the content of its server's Secret. `host`: the servers' name where pods reach them under another."""
    found = {}
    for resource, server in known.items():
        user, password = server.administrator
        address = _address(server, host or server.host)
        found[resource] = {USERNAME: user, PASSWORD: password, ADDRESS: address}
    return found


def request(instance: str, known: Mapping[str, Server], host: str = "", **more: object) -> Request:
    """A schema, two databases and a bucket."""
    heads = {
        resource: {"resource": resource, "server": "main", **_place(server, host or server.host)}
        for resource, server in known.items()
    }
    user = names.mysql_user(instance, "openedx")
    schema = {"name": names.mysql_database(instance, "openedx"), "username": user, "password_key": "MYSQL"}
    databases = [names.mongodb_database(instance, purpose) for purpose in ("openedx", "forum")]
    mongo_user = {"username": names.mongodb_user(instance, "openedx"), "password_key": "MONGODB"}
    key = {"access_key": names.access_key(instance, "openedx"), "secret_key_key": "STORAGE"}
    buckets = [{"name": names.bucket(instance, "openedx"), "public_prefixes": ["profile-images/"]}]
    resources = [
        {**heads["mysql"], "databases": [schema]},
        {**heads["mongodb"], "databases": databases, **mongo_user},
        {**heads["storage"], "provider": "minio", "buckets": buckets, **key},
    ]
    return Request.model_validate({"instance": instance, "resources": resources, **more})


def as_ours(resource: Resource) -> Resource:
    """With all of its names recorded as made."""
    return resource.model_copy(update={"claims": {item.key: "ours" for item in resource.items()}})


def credentials(known: Mapping[str, Server]) -> MappingCredentials:
    """To look at the servers from here."""
    return MappingCredentials(
        {(resource, "main"): {**values, ADDRESS: ""} for resource, values in administrators(known).items()}, OWN
    )


def _place(server: Server, host: str) -> dict[str, object]:
    if server.resource == "storage":
        return {"endpoint": _address(server, host)}
    return {"host": host, "port": server.port}


def _address(server: Server, host: str) -> str:
    """As `Resource.address` says it."""
    scheme = f"{server.url.scheme}://" if server.resource == "storage" else ""
    return f"{scheme}{host}:{server.port}"
