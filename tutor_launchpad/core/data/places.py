"""Where an instance keeps its data: read from its settings, and from what an earlier deploy recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from tutor_launchpad.core.databases import MysqlDatabase
from tutor_launchpad.core.types import Config

NAMESPACE, SERVER, ELSEWHERE, PODS = "namespace", "server", "elsewhere", "pods"
CLAIMS = {"mysql": "mysql", "mongodb": "mongodb", "storage": "minio", "meilisearch": "meilisearch"}
"""Resource → the claim that holds its data where it runs in the namespace."""


@dataclass(frozen=True)
class Place:
    """Where one resource's data is.

    `at`: in the `namespace`, on a registered `server`, `elsewhere`, or in the `pods` themselves. `address`: of a server
    or elsewhere. `names`: setting → database, bucket or index; None where an old record does not tell. `users`: setting
    → who may use them.
    """

    at: str
    server: str = ""
    address: str = ""
    names: Mapping[str, str] | None = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)


Places = Mapping[str, Place]
"""Resource → its place."""


def read_places(
    config: Config, servers: Mapping[str, str], databases: Iterable[MysqlDatabase] = ()
) -> dict[str, Place]:
    """The places of a rendered configuration. `servers`: resource → the registered server that it names."""
    schemas = [one for one in databases if not (one.host and config.get(one.host) != config.get("MYSQL_HOST"))]
    places = {
        "mysql": replace(
            _database(config, "mysql"),
            names=_values(config, (one.database for one in schemas)),
            users=_values(config, (one.username for one in schemas)),
        ),
        "mongodb": replace(
            _database(config, "mongodb"),
            names=_ending(config, "MONGODB_DATABASE"),
            users=_values(config, ["MONGODB_USERNAME"]),
        ),
        "storage": _storage(config),
        "meilisearch": _search(config),
    }
    for resource, name in servers.items():
        known = places.get(resource, Place(SERVER))
        places[resource] = replace(known, at=SERVER, server=name)
    return places


def _values(config: Config, settings: Iterable[str]) -> dict[str, str]:
    return {name: str(config[name]) for name in sorted(settings) if config.get(name)}


def _ending(config: Config, *endings: str) -> dict[str, str]:
    return _values(config, [name for name in config if name.endswith(endings)])


def _database(config: Config, resource: str) -> Place:
    prefix = resource.upper()
    host, port = config.get(f"{prefix}_HOST"), config.get(f"{prefix}_PORT")
    if config.get(f"RUN_{prefix}") and host == resource:
        return Place(NAMESPACE)
    return Place(ELSEWHERE, address=f"{host}:{port}")


def _search(config: Config) -> Place:
    names, url = _ending(config, "MEILISEARCH_INDEX_PREFIX"), str(config.get("MEILISEARCH_URL", ""))
    if config.get("RUN_MEILISEARCH") and urlsplit(url).hostname == "meilisearch":
        return Place(NAMESPACE, names=names)
    return Place(ELSEWHERE, address=url, names=names)


def _storage(config: Config) -> Place:
    """Buckets of whichever plugin; without any, files lie in the pods."""
    names, users = _ending(config, "_BUCKET", "_BUCKET_NAME"), _values(config, ["OPENEDX_AWS_ACCESS_KEY"])
    if not names:
        return Place(PODS)
    if config.get("LAUNCHPAD_S3_BUCKET"):
        return Place(ELSEWHERE, "", str(config.get("LAUNCHPAD_S3_ENDPOINT", "")), names, users)
    if "minio" in config.get("PLUGINS", []) and not config.get("MINIO_GATEWAY"):
        return Place(NAMESPACE, names=names, users=users)
    return Place(ELSEWHERE, "", str(config.get("MINIO_GATEWAY") or config.get("S3_HOST") or ""), names, users)


def masked(places: Places, mask: Callable[[str], str]) -> dict[str, Place]:
    """The places with every secret replaced, as they may be recorded."""

    def public(names: Mapping[str, str] | None) -> dict[str, str]:
        return {setting: mask(name) for setting, name in (names or {}).items()}

    return {
        resource: Place(place.at, place.server, mask(place.address), public(place.names), public(place.users))
        for resource, place in places.items()
    }


def to_record(places: Places) -> dict[str, Any]:
    """The key `data` of `launchpad.json`."""
    return {resource: asdict(place) for resource, place in sorted(places.items())}


def from_record(recorded: object) -> dict[str, Place]:
    """The places that `data` tells; what is not of its form, perhaps changed by hand, is left out."""
    places = {}
    for resource, fields in recorded.items() if isinstance(recorded, dict) else ():
        if isinstance(fields, dict) and isinstance(fields.get("at"), str):
            server, address = str(fields.get("server", "")), str(fields.get("address", ""))
            names = _texts(fields.get("names"))
            places[str(resource)] = Place(fields["at"], server, address, names, _texts(fields.get("users")) or {})
    return places


def _texts(value: object) -> dict[str, str] | None:
    return {str(key): str(one) for key, one in value.items()} if isinstance(value, dict) else None


def from_settings(user: Config, claims: Iterable[str]) -> dict[str, Place]:
    """What a record without `data` still tells, by its config.yml and the claims among its manifests."""
    there, places = set(claims), {}
    for resource, claim in CLAIMS.items():
        server = str(user.get(f"LAUNCHPAD_{resource.upper()}_SERVER") or "")
        if server or claim in there:
            places[resource] = Place(SERVER if server else NAMESPACE, server, names=None)
    return places
