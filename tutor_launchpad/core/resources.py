"""What an instance needs on a server: the request for it, and the settings with which Open edX uses it.

A planner is a pure function from (`Wanted`, `Server`) to a `ResourcePlan`; other plugins add theirs to the hook
RESOURCES under the name of their resource, and name the server with LAUNCHPAD_<RESOURCE>_SERVER.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from launchpad_workflows import names

from tutor_launchpad.core.databases import OPENEDX, MysqlDatabase
from tutor_launchpad.core.errors import Refused, refuse
from tutor_launchpad.core.flows import ANYWHERE, LINK_LOCAL, Flow
from tutor_launchpad.core.types import Config

if TYPE_CHECKING:
    from launchpad_workflows.requests import Request

MONGODB_PASSWORD = "LAUNCHPAD_MONGODB_PASSWORD"
STORAGE_SECRET = "LAUNCHPAD_STORAGE_SECRET_KEY"
STORAGE_ACCESS = "LAUNCHPAD_STORAGE_ACCESS_KEY"
CHOOSING = {"storage": {"s3", "spaces"}, "mongodb": {"digitalocean"}}
"""Providers that choose an instance's credentials themselves. A run keeps them, and config.yml gets them after it."""
PROFILE_IMAGES = "profile-images/"
"""Prefix of the profile images, as in patches/openedx-lms-production-settings."""
_KEY = ("OPENEDX_AWS_ACCESS_KEY", "OPENEDX_AWS_SECRET_ACCESS_KEY")
_KEY_KEYS = ("access_key_key", "secret_key_key")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Server:
    """A registered server, without its credentials. `settings`: host, port, endpoint … as its provider takes them."""

    resource: str
    name: str
    provider: str
    settings: Mapping[str, Any]
    cidrs: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.resource}/{self.name}"

    @property
    def port(self) -> int:
        """The port that pods connect to."""
        if "port" in self.settings:
            return int(self.settings["port"])
        url = urlsplit(str(self.settings["endpoint"]))
        return url.port or _PORTS[url.scheme]

    @property
    def part(self) -> dict[str, Any]:
        """What a request says of it."""
        return {"resource": self.resource, "provider": self.provider, "server": self.name, **self.settings}

    @property
    def where(self) -> str:
        """Its address, to be told."""
        return str(self.settings.get("endpoint") or f"{self.settings.get('host', '')}:{self.settings.get('port', '')}")

    @property
    def flow(self) -> Flow:
        """What an instance's pods may send there."""
        if self.cidrs:
            return Flow(f"{self.resource}-{self.name}", self.cidrs, (self.port,))
        return Flow(f"{self.resource}-{self.name}", ANYWHERE, (self.port,), excluded=LINK_LOCAL)


@dataclass(frozen=True)
class Wanted:
    """An instance as its root describes it. `config`: rendered; `user`: config.yml; `templates`: defaults, unrendered.

    `mysql_databases`: the schemas that it keeps.
    """

    instance: str
    config: Config
    user: Config
    templates: Config
    mysql_databases: tuple[MysqlDatabase, ...] = ()

    def chosen(self, name: str) -> str:
        """The rendered value that somebody chose for a setting; empty where it is Tutor's or a plugin's default."""
        value = self.user.get(name)
        return str(self.config.get(name, value)) if value not in (None, "", self.templates.get(name)) else ""

    def generation(self, resource: str) -> Literal[1, 2]:
        """Which of a resource's two names its users have now: each rotation goes from one to the other."""
        return 2 if self.config.get(f"LAUNCHPAD_{resource.upper()}_GENERATION") == 2 else 1


@dataclass(frozen=True)
class ResourcePlan:
    """`part`: the resource in a provisioning request; `overrides`: settings for rendering; `secrets`: key → password."""

    part: Mapping[str, Any]
    overrides: Config
    secrets: Mapping[str, str] = field(repr=False)


ResourcePlanner = Callable[[Wanted, Server], ResourcePlan]


def named_servers(config: Config, resources: Mapping[str, ResourcePlanner]) -> dict[str, str]:
    """Resource → name of the server that this instance uses, for those that it names."""
    found = {resource: str(config.get(f"LAUNCHPAD_{resource.upper()}_SERVER") or "") for resource in resources}
    return {resource: name for resource, name in found.items() if name}


def chosen_settings(request: Request, chosen: Mapping[str, str]) -> dict[str, str]:
    """Setting → value, of what providers chose for the resources of a request. `chosen`: by key, see `Resource.kept_as`."""
    keys = [key for one in request.resources for key in one.chosen_keys() if key in chosen]
    return {key.rpartition(".")[0]: chosen[key] for key in keys}


def plan_mysql(wanted: Wanted, server: Server) -> ResourcePlan:
    """The schemas, and one user for all of the instance's.

    One user, because init tasks copy between the schemas; a name that somebody chose is kept with its own password.
    """
    config = wanted.config
    _refuse_unknown(wanted)
    _refuse_unchosen(server, wanted, _mysql_settings(wanted))
    shared = wanted.chosen("OPENEDX_MYSQL_USERNAME") or names.mysql_user(wanted.instance, OPENEDX)
    generation = wanted.generation("mysql")
    overrides: Config = {
        "RUN_MYSQL": False,
        "MYSQL_HOST": server.settings["host"],
        "MYSQL_PORT": server.port,
    }
    databases, secrets = [], {}
    for one in sorted(wanted.mysql_databases, key=lambda one: (one.purpose != OPENEDX, one.purpose)):
        if one.host and wanted.chosen(one.host) not in ("", server.settings["host"]):
            continue
        database = wanted.chosen(one.database) or names.mysql_database(wanted.instance, one.purpose)
        username = wanted.chosen(one.username) or shared
        key = "OPENEDX_MYSQL_PASSWORD" if username == shared else one.password
        secrets[key] = str(config[key])
        prefix = one.purpose.upper()
        databases.append({"name": database, "username": username, "password_key": key, "setting_prefix": prefix})
        user = names.generation(username, generation, names.MYSQL_USER)
        overrides |= {one.database: database, one.username: user, one.password: config[key]}
        overrides |= dict.fromkeys(one.copies, database)
    overrides |= {
        "MYSQL_ROOT_USERNAME": overrides["OPENEDX_MYSQL_USERNAME"],
        "MYSQL_ROOT_PASSWORD": overrides["OPENEDX_MYSQL_PASSWORD"],
    }
    return ResourcePlan({**server.part, "generation": generation, "databases": databases}, overrides, secrets)


def plan_mongodb(wanted: Wanted, server: Server) -> ResourcePlan:
    """A database for each setting `…MONGODB_DATABASE`, and one user for all of them."""
    settings = [name for name in wanted.config if name.endswith("MONGODB_DATABASE")]
    databases = {
        name: wanted.chosen(name) or names.mongodb_database(wanted.instance, _purpose(name)) for name in settings
    }
    _refuse_unchosen(server, wanted, [*settings, "MONGODB_USERNAME", "MONGODB_PASSWORD"])
    username = wanted.chosen("MONGODB_USERNAME") or names.mongodb_user(wanted.instance, "openedx")
    generation = wanted.generation("mongodb")
    user = names.generation(username, generation, names.MONGODB_USER)
    chooses = _chooses(server)
    key = "MONGODB_PASSWORD" if wanted.chosen("MONGODB_PASSWORD") and not chooses else MONGODB_PASSWORD
    password = str(wanted.config[key])
    host = server.settings["host"]
    overrides: Config = {
        "RUN_MONGODB": False,
        "MONGODB_HOST": f"mongodb+srv://{host}" if server.settings.get("srv") else host,
        "MONGODB_PORT": server.port,
        "MONGODB_USE_SSL": bool(server.settings.get("tls", False)),
        "LAUNCHPAD_MONGODB_CA": server.settings.get("ca", ""),
        "LAUNCHPAD_MONGODB_RETRY_WRITES": bool(server.settings.get("retry_writes", True)),
        "MONGODB_REPLICA_SET": server.settings.get("replica_set", ""),
        "MONGODB_AUTH_SOURCE": server.settings.get("auth_source", "admin"),
        "MONGODB_USERNAME": user,
        "MONGODB_PASSWORD": password,
        "MONGODB_ROOT_USERNAME": user,
        "MONGODB_ROOT_PASSWORD": password,
        **databases,
    }
    part = {
        "generation": generation,
        "databases": list(dict.fromkeys(databases.values())),
        "username": username,
        "password_key": key,
    }
    return ResourcePlan({**server.part, **part}, overrides, _held({key: password}, generation, chooses))


def plan_storage(wanted: Wanted, server: Server) -> ResourcePlan:
    """One bucket and a key that reaches nothing else; with a `compatible` store one that the operator made there."""
    missing = [name for name in _KEY if server.provider == "compatible" and not wanted.chosen(name)]
    if missing:
        raise Refused([
            f"{' and '.join(missing)} must be set for {server}: of its provider, compatible, Launchpad cannot make a "
            "key. Make one there that reaches the instance's bucket alone."
        ])  # fmt: skip
    _refuse_unchosen(server, wanted, [*_KEY, "LAUNCHPAD_S3_BUCKET"])
    bucket = wanted.chosen("LAUNCHPAD_S3_BUCKET") or names.bucket(wanted.instance, "openedx")
    generation = wanted.generation("storage")
    part, key = _storage_key(wanted, generation, chooses=_chooses(server))
    overrides: Config = {
        **dict(zip(_KEY, key, strict=True)),
        "LAUNCHPAD_S3_BUCKET": bucket,
        "LAUNCHPAD_S3_ENDPOINT": server.settings["endpoint"],
        "LAUNCHPAD_S3_REGION": server.settings.get("region", "us-east-1"),
        "LAUNCHPAD_S3_ADDRESSING": server.settings.get("addressing", "path"),
    }
    # Browsers read profile images without a key, and write the files of open responses with one.
    made = {"name": bucket, "public_prefixes": [PROFILE_IMAGES], "cors_origins": _origins(wanted.config)}
    part = {"generation": generation, "buckets": [made], **part}
    held = {str(part[name]): value for name, value in zip(_KEY_KEYS, key, strict=True) if value and name in part}
    return ResourcePlan({**server.part, **part}, overrides, _held(held, generation, _chooses(server)))


def _storage_key(wanted: Wanted, generation: Literal[1, 2], *, chooses: bool) -> tuple[dict[str, Any], tuple[str, str]]:
    """What the request says of the key, and both its halves; they are empty until a provider that chooses has done so."""
    own = names.access_key(wanted.instance, "openedx")
    if chooses:
        access = str(wanted.config.get(STORAGE_ACCESS) or "")
        secret = str(wanted.config[STORAGE_SECRET]) if access else ""
        return {"access_key": own, "access_key_key": STORAGE_ACCESS, "secret_key_key": STORAGE_SECRET}, (access, secret)
    access = wanted.chosen("OPENEDX_AWS_ACCESS_KEY") or own
    key = "OPENEDX_AWS_SECRET_ACCESS_KEY" if wanted.chosen("OPENEDX_AWS_SECRET_ACCESS_KEY") else STORAGE_SECRET
    user = names.generation(access, generation, names.ACCESS_KEY, "-")
    return {"access_key": access, "secret_key_key": key}, (user, str(wanted.config[key]))


def _chooses(server: Server) -> bool:
    return server.provider in CHOOSING.get(server.resource, ())


def _held(passwords: Mapping[str, str], generation: int, chooses: bool) -> dict[str, str]:
    """Under the keys by which provisioners ask for them."""
    return {f"{key}.{generation}" if chooses else key: value for key, value in passwords.items()}


def _refuse_unchosen(server: Server, wanted: Wanted, settings: Iterable[str]) -> None:
    """What Launchpad does not make has to be named, as it is there."""
    missing = [name for name in settings if server.provider == "existing" and not wanted.chosen(name)]
    if missing:
        raise Refused([
            f"{', '.join(missing)} must be set for {server}: of its provider, existing, Launchpad makes nothing. Name what "
            "you made there."
        ])  # fmt: skip


def _mysql_settings(wanted: Wanted) -> list[str]:
    return [name for one in wanted.mysql_databases for name in (one.database, one.username, one.password)]


PLANNERS: dict[str, ResourcePlanner] = {"mysql": plan_mysql, "mongodb": plan_mongodb, "storage": plan_storage}


def plugin_conflicts(config: Config, servers: Mapping[str, str]) -> list[str]:
    """Plugins that bring what a server is to give."""
    if "storage" in servers and "minio" in config.get("PLUGINS", []):
        return [
            f"Both the plugin minio and LAUNCHPAD_STORAGE_SERVER ({servers['storage']}) are to keep the files: disable "
            "the plugin, or set LAUNCHPAD_STORAGE_SERVER to an empty text."
        ]
    return []


def _origins(config: Config) -> list[str]:
    """Where the pages of the LMS, the CMS and the micro-frontends come from."""
    scheme = "https" if config.get("ENABLE_HTTPS") else "http"
    hosts = [str(config[name]) for name in ("LMS_HOST", "CMS_HOST", "MFE_HOST") if config.get(name)]
    return [f"{scheme}://{host}" for host in dict.fromkeys(hosts)]


def _refuse_unknown(wanted: Wanted) -> None:
    """A plugin may announce settings that it does not have."""
    problems = [
        f"The hook MYSQL_DATABASES names {', '.join(unknown)} for {one.purpose}, which no enabled plugin has as a "
        "setting: correct the plugin that adds it."
        for one in wanted.mysql_databases
        if (unknown := [name for name in (one.database, one.username, one.password) if name not in wanted.config])
    ]
    refuse(problems)


def _purpose(setting: str) -> str:
    return setting.removesuffix("MONGODB_DATABASE").rstrip("_").lower() or "openedx"
