"""What decides how a cluster repository looks: the answers, each checked, and where they are kept."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import yaml

from tutor_launchpad.core.cluster import rules
from tutor_launchpad.core.cluster.choices import (
    COMPONENTS,
    KUBERNETES,
    MONGODB,
    MYSQL,
    PROVIDERS,
    REGIONS,
    REQUIRED,
    default_components,
    option,
)
from tutor_launchpad.core.cluster.sso import NOBODY, team_problems
from tutor_launchpad.core.errors import Refused, refuse
from tutor_launchpad.core.releases import newer_problems

FILE = "cluster.yml"
FIXED = ("name", "environment", "provider", "id")
"""They stand in the names of what the cloud has made, so that a change would be another cluster."""


TABLES = {"components": "`name: true` or `name: false`", "teams": "`slug: role`"}
"""The answers that are tables, with the form of a line."""


class WrongAnswers(Refused):
    """Answers that make no cluster repository, each named as it is given on the command line."""


@dataclass(frozen=True)
class Answers:
    """One cluster. `components`: those that this repository installs; the others are left out or the user's own.

    `github`: the organisation whose `teams`, by slug, log in with a role.

    `id` makes the names of buckets unique in the world. It is derived once and kept, also where the repository moves.
    """

    name: str
    environment: str
    domain: str
    provider: str
    repository: str
    id: str
    region: str
    branch: str
    email: str
    kubernetes: str
    mysql: str
    mongodb: str
    atlas_project: str
    dns: bool
    backup_bucket: str
    backup_region: str
    backup_endpoint: str
    github: str
    teams: Mapping[str, str]
    components: Mapping[str, bool]

    @property
    def cluster(self) -> str:
        """The name of the cluster in the cloud."""
        return f"{self.name}-{self.environment}"


OPTIONAL = tuple(field.name for field in fields(Answers) if field.name not in (*REQUIRED, *TABLES))
"""All others, of which `id` is no option."""

_CHECKS: dict[str, Callable[[str], str]] = {
    "name": lambda value: rules.short_label(value, 20),
    "environment": lambda value: rules.short_label(value, 12),
    "domain": rules.domain,
    "provider": lambda value: rules.one_of(value, PROVIDERS),
    "id": rules.unique,
    "repository": rules.repository,
    "branch": rules.branch,
    "email": rules.email,
    "kubernetes": rules.kubernetes,
    "backup_bucket": rules.bucket,
    "backup_endpoint": rules.endpoint,
}


def complete(given: Mapping[str, Any]) -> Answers:
    """The answers with what follows from the provider filled in; raises `WrongAnswers` with a sentence for each wrong one."""
    provider = str(given.get("provider") or "")
    known = provider if provider in PROVIDERS else "existing"
    defaults = {
        "id": _unique(given),
        "region": REGIONS[known],
        "branch": "main",
        "kubernetes": KUBERNETES,
        "mysql": MYSQL[known][0],
        "mongodb": MONGODB[known][0],
    }
    texts = {name: _text(given, name) or defaults.get(name, "") for name in (*REQUIRED, *OPTIONAL) if name != "dns"}
    problems = [f"{option(name)} is missing." for name in REQUIRED if not texts[name]]
    problems += [
        f"{option(name)} {rules.shown(texts[name])!r} {fault}."
        for name, check in _CHECKS.items()
        if texts[name] and (fault := check(texts[name]))
    ]
    dns = given.get("dns")
    chosen = given.get("components") or {}
    components = {**default_components(known), **{name: bool(value) for name, value in chosen.items()}}
    teams = {str(team): str(role) for team, role in (given.get("teams") or {}).items() if role != NOBODY}
    answers = Answers(
        **texts,
        dns=provider in ("aws", "digitalocean") if dns is None else bool(dns),
        teams=teams,
        components=components,
    )
    problems += [f"There is no component {name!r}; there are {', '.join(COMPONENTS)}."
                 for name in sorted(set(components) - set(COMPONENTS))]  # fmt: skip
    if not problems:
        problems = _together(answers)
    if problems:
        raise WrongAnswers(problems)
    return answers


def _unique(given: Mapping[str, Any]) -> str:
    words = "\n".join(_text(given, name) for name in ("name", "environment", "repository"))
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name)
    return "" if value is None else str(value).strip()


def _together(answers: Answers) -> list[str]:
    """What is wrong although each answer by itself is right."""
    provider, chosen = answers.provider, answers.components
    problems = team_problems(answers.github, answers.teams)
    if answers.github and not chosen["argo-cd"]:
        problems.append("--github needs Argo CD from this repository: with one of your own, set up its Dex yourself.")
    for name, table in (("mysql", MYSQL), ("mongodb", MONGODB)):
        if fault := rules.one_of(getattr(answers, name), table[provider]):
            problems.append(f"--{name} {getattr(answers, name)!r} {fault} with --provider {provider}.")
    if fault := rules.region(answers.region, provider):
        problems.append(f"--region {answers.region!r} {fault}.")
    if answers.dns and provider == "existing":
        problems.append("--dns is for the clouds: with --provider existing, keep the zone where it is.")
    if (answers.mongodb == "atlas") != bool(answers.atlas_project):
        problems.append("--atlas-project and --mongodb atlas go together: give both, or neither.")
    elif answers.atlas_project and not re.fullmatch(r"[0-9a-f]{24}", answers.atlas_project):
        problems.append(
            f"--atlas-project {answers.atlas_project!r} is not an Atlas project's ID of 24 digits and a to f."
        )
    if chosen["autoscaler"] and provider != "aws":
        problems.append("Component autoscaler is for --provider aws: leave it out with --without autoscaler.")
    own = [answers.backup_bucket, answers.backup_endpoint]
    if provider != "existing" and any([*own, answers.backup_region]):
        problems.append(f"--backup-… is for --provider existing: with {provider}, the bucket is made.")
    elif provider == "existing" and chosen["backups"] != all(own):
        problems.append("--with backups needs --backup-bucket and --backup-endpoint, and they need it.")
    return problems


def read_answers(data: bytes, place: str) -> dict[str, Any]:
    """What a cluster.yml says, for `complete`; raises `Refused` where it is none."""
    try:
        content = yaml.safe_load(data)
    except (yaml.YAMLError, UnicodeDecodeError):
        raise Refused([f"{place} is not YAML: correct it, or restore it with Git."]) from None
    known = {*REQUIRED, *OPTIONAL, *TABLES}
    if not isinstance(content, dict) or not known >= {*content} - {"launchpad"}:
        strange = "no settings"
        if isinstance(content, dict):
            refuse(newer_problems(place, str(content.get("launchpad"))))
            strange = ", ".join(sorted(map(str, {*content} - known)))
        raise Refused([f"{place} has {strange}, which no cluster repository has: correct it, or restore it with Git."])
    for table, line in TABLES.items():
        if not isinstance(content.get(table) or {}, dict):
            raise Refused([f"{place} has {table} that are no list of {line}: correct it."])
    return content


def changed(answers: Answers, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers with others in their place, for `complete`. None stands for no change."""
    merged = {**asdict(answers), **{name: value for name, value in given.items() if value is not None}}
    tables = {name: {**getattr(answers, name), **(given.get(name) or {})} for name in TABLES}
    return {**merged, **tables}
