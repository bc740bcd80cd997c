"""The settings of this plugin, as one typed object; nothing below the commands reads Tutor's raw configuration for them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutor_launchpad.core.errors import refuse
from tutor_launchpad.core.instance import INSTANCES
from tutor_launchpad.core.setting_types import (
    DNS_LABEL,
    Certificates,
    DnsLabel,
    Generation,
    ObjectName,
    Quantities,
    Seconds,
    Word,
)
from tutor_launchpad.core.types import Config
from tutor_launchpad.defaults import DEFAULTS, UNIQUE

PREFIX = "LAUNCHPAD_"

RESERVED = re.compile(r"default|kube-.*")
# Tutor's templates write the name without quotes; these are what YAML then reads as a number, a switch or nothing.
_NO_TEXT = re.compile(r"y|n|yes|no|on|off|true|false|null|[0-9]+(e-?[0-9]+)?|0[box][0-9a-f]+")
# What `git check-ref-format --branch` takes.
BRANCH = re.compile(
    r"(?!@$)(?!.*(\.\.|//|@\{|\.$|/$))(?!(.*/)?\.)(?!(.*\.lock)(/|$))[^\s~^:?*\[\\\x00-\x20\x7f/-][^\s~^:?*\[\\\x00-\x20\x7f]*"
)


class Settings(BaseModel):
    """What `LAUNCHPAD_…` says, checked. Field = setting's name in lower case without the prefix."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    instance: str
    repository: str = ""
    repository_credentials_file: str = ""
    branch: str = "main"
    age_recipients: tuple[str, ...] = ()
    auto_sync: bool = True
    mysql_server: str = ""
    mongodb_server: str = ""
    storage_server: str = ""
    mysql_generation: Generation = 1
    mongodb_generation: Generation = 1
    storage_generation: Generation = 1
    worker_image: Word = ""
    namespace: DnsLabel = "launchpad"
    argocd_namespace: DnsLabel = "argocd"
    ingress_namespaces: tuple[DnsLabel, ...] = ()
    quota: Quantities = {}
    limits: dict[str, Quantities] = {}
    network_policies: bool = True
    cluster_resources: tuple[ObjectName, ...] = ()
    secret_settings: tuple[str, ...] = ()
    public_settings: tuple[str, ...] = ()
    job_deadline: Seconds = 3600
    storage_access_key: Word = ""
    mongodb_ca: Certificates = ""
    mongodb_retry_writes: bool = True
    s3_bucket: Word = ""
    s3_endpoint: Word = ""
    s3_region: Word = ""
    s3_addressing: Literal["", "auto", "path", "virtual"] = ""
    seal_key: Annotated[str, Field(min_length=16, repr=False)]
    mongodb_password: Annotated[str, Field(repr=False)] = ""
    storage_secret_key: Annotated[str, Field(repr=False)] = ""

    @property
    def servers(self) -> dict[str, str]:
        """Resource → name of the registered server, for those that this instance uses."""
        named = {"mysql": self.mysql_server, "mongodb": self.mongodb_server, "storage": self.storage_server}
        return {resource: name for resource, name in named.items() if name}

    @property
    def folder(self) -> PurePosixPath:
        """The instance's folder in the cluster repository."""
        return INSTANCES / self.instance

    @property
    def public(self) -> Config:
        """Setting → value of its type, for our own templates; nothing that is generated, as that is secret."""
        fields: dict[str, Any] = {PREFIX + name.upper(): value for name, value in self}
        return {name: value for name, value in fields.items() if name not in UNIQUE}


@dataclass(frozen=True)
class Place:
    """Where the repository is and how this machine reaches it: the part of `Settings` that opens one."""

    repository: str = ""
    branch: str = "main"
    repository_credentials_file: str = ""

    @classmethod
    def of(cls, user: Config) -> Place:
        """What config.yml says of it."""
        fields = {
            name: user.get(PREFIX + name.upper()) for name in ("repository", "branch", "repository_credentials_file")
        }
        return cls(**{name: str(value) for name, value in fields.items() if value})

    def check(self) -> None:
        """Raises `Refused` where it cannot be a repository."""
        problems = _repository_problems(self)
        refuse(problems)


def read_settings(config: Config) -> Settings:
    """The settings in a rendered configuration.

    Raises `Refused` with a sentence for each one that does not hold.
    """
    settings, problems = judge_settings(config)
    refuse(problems)
    return settings


def judge_settings(config: Config) -> tuple[Settings, list[str]]:
    """The settings, and a sentence for each one that does not hold; those of the wrong type have their default instead."""
    names = [*DEFAULTS, *UNIQUE]
    values = {name.removeprefix(PREFIX).lower(): config[name] for name in names if name in config}
    problems: list[str] = []
    wrong: set[str] = set()
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems = [_sentence(item["loc"], item["msg"], item["type"]) for item in error.errors()]
        wrong = {str(item["loc"][0]) for item in error.errors()}
        right = {name: value for name, value in values.items() if name not in wrong}
        settings = Settings.model_validate({**_STAND_INS, **right})
    if "instance" not in wrong:
        problems += _instance_problems(settings, config)
    return settings, [*problems, *_repository_problems(settings)]


_STAND_INS = {"instance": "unknown", "seal_key": "0" * 16}
"""For settings without a default, of a root that is refused anyway."""


def unknown_settings(user: Config, known: Iterable[str]) -> list[str]:
    """A line for each setting of config.yml that has our prefix and is nobody's, as one that is mistyped would be."""
    names = {*known, *DEFAULTS, *UNIQUE}
    lines = []
    for name in sorted(set(user) - names):
        if name.startswith(PREFIX) and not re.fullmatch(PREFIX + r"[A-Z0-9_]+_(SERVER|GENERATION)", name):
            alike = get_close_matches(name, names, 1, cutoff=0.8)
            meant = f": did you mean {alike[0]}?" if alike else f": `tutor config save --unset {name}` takes it out"
            lines.append(f"config.yml sets {name}, which no enabled plugin knows{meant}")
    return lines


_FORMS = {
    "tuple_type": "it must be a list such as [one, two]",
    "dict_type": "it must be a mapping such as {name: value}",
    "bool_parsing": "it must be true or false",
    "bool_type": "it must be true or false",
    "int_parsing": "it must be a whole number",
    "int_type": "it must be a whole number",
    "string_type": "it must be a text",
}
"""Pydantic's kind of error → what an operator has to write."""


def _sentence(place: tuple[int | str, ...], message: str, kind: str) -> str:
    name = PREFIX + str(place[0]).upper()
    inner = "".join(f"[{part!r}]" for part in place[1:])
    if kind == "missing":
        return f"{name} is not set: run `tutor config save` to generate it."
    told = _FORMS.get(kind) or message[:1].lower() + message[1:]
    return f"{name}{inner}: {told}. Set it with `tutor config save --set {name}=…`."


def _instance_problems(settings: Settings, config: Config) -> list[str]:
    name = settings.instance
    if not DNS_LABEL.fullmatch(name):
        return [
            f"LAUNCHPAD_INSTANCE {name!r} is not a DNS label (lower-case letters, digits and dashes, at most 63): "
            "choose another with `tutor config save --set K8S_NAMESPACE=…`."
        ]
    if _NO_TEXT.fullmatch(name):
        return [
            f"LAUNCHPAD_INSTANCE {name!r} is no text where Tutor's templates write it into YAML: choose a name such as "
            f"site-{name} with `tutor config save --set K8S_NAMESPACE=…`."
        ]
    owner = _namespace_owner(settings, name)
    if owner:
        return [f"LAUNCHPAD_INSTANCE {name!r} is {owner} own namespace: choose another name for the instance."]
    if str(config.get("K8S_NAMESPACE", name)) != name:
        return [
            f"LAUNCHPAD_INSTANCE is {name!r} but K8S_NAMESPACE is {config['K8S_NAMESPACE']!r}: an instance is one "
            f"namespace, so set both to the same name."
        ]
    return []


def _namespace_owner(settings: Settings, name: str) -> str:
    """Whose namespace it is already; empty where it may be an instance's."""
    if RESERVED.fullmatch(name):
        return "Kubernetes'"
    ingress = dict.fromkeys(settings.ingress_namespaces, "an ingress controller's")
    ours = {settings.namespace: "Launchpad's", settings.argocd_namespace: "Argo CD's", "argo": "Argo Workflows'"}
    return {**ingress, **ours}.get(name, "")


def _repository_problems(settings: Settings | Place) -> list[str]:
    url = settings.repository
    problems = []
    holds_password = re.match(r"[a-z+]+://[^/@]*:(?!\d+/)[^@]*@", url, re.IGNORECASE)
    if holds_password or re.match(r"https?://[^/]*@", url, re.IGNORECASE):
        problems.append(
            "LAUNCHPAD_REPOSITORY holds a password, token or user name: take it out of the URL and put it into a file named by "
            "LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE, or into Git's credential helper."
        )
    elif ("://" in url and not _is_address(url)) or url.startswith("-"):
        problems.append(f"LAUNCHPAD_REPOSITORY {url!r}: use a path, an https:// or an ssh:// address.")
    if re.search(r"[\x00-\x1f]", url + settings.repository_credentials_file):
        problems.append(
            "LAUNCHPAD_REPOSITORY or LAUNCHPAD_REPOSITORY_CREDENTIALS_FILE has a control character: remove it."
        )
    if not BRANCH.fullmatch(settings.branch):
        problems.append(f"LAUNCHPAD_BRANCH {settings.branch!r} is not a branch name that Git takes.")
    return problems


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "file" or (
            parts.scheme in ("http", "https", "ssh") and parts.port != 0 and bool(parts.hostname)
        )
    except ValueError:
        return False
