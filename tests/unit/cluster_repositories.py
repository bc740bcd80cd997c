"""Cluster repositories of many answers, each rendered once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from tutor_launchpad.__about__ import __version__
from tutor_launchpad.adapters.cluster_template import render_template
from tutor_launchpad.core.cluster.answers import Answers, complete
from tutor_launchpad.core.cluster.choices import COMPONENTS, MONGODB, MYSQL, PROVIDERS, default_components
from tutor_launchpad.core.cluster.values import parts, template_values

BASIC = {
    "name": "moon",
    "environment": "production",
    "domain": "learn.example.com",
    "repository": "https://git.example.com/team/cluster.git",
}
STORE = {"backup_bucket": "moon-backups", "backup_endpoint": "https://s3.example.com"}
ATLAS = {"mongodb": "atlas", "atlas_project": "0123456789abcdef01234567"}

SSO = {"github": "moon", "teams": {"platform": "admin", "night-shift": "admin", "support": "readonly"}}

TOGGLED = {
    "aws": ("ingress", "cert-manager", "autoscaler", "monitoring", "backups"),
    "digitalocean": ("monitoring", "backups"),
}


def _choices(provider: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each answer that can be another, one at a time, and all of them together."""
    clouds = provider != "existing"
    for name, table in (("mysql", MYSQL), ("mongodb", MONGODB)):
        for choice in table[provider][1:]:
            yield f"{name}-{choice}", ATLAS if choice == "atlas" else {name: choice}
    if clouds:
        yield "no-dns", {"dns": False}
    for name, default in default_components(provider).items():
        # The files of the other components do not ask which cloud it is.
        if (provider == "existing" and name != "autoscaler") or name in TOGGLED.get(provider, ()):
            store = STORE if name == "backups" and not clouds else {}
            yield f"{'without' if default else 'with'}-{name}", {"components": {name: not default}, **store}
    if not clouds:
        yield "sso", SSO
        yield "sso-own-ingress", {**SSO, "components": {"ingress": False}}
        yield "sso-own-workflows", {**SSO, "components": {"argo-workflows": False}}
    none = {"mysql": "none", "mongodb": "none", "dns": False} if clouds else {}
    yield "bare", {**none, "components": dict.fromkeys(COMPONENTS, False)}
    every = {name: name != "autoscaler" or provider == "aws" for name in COMPONENTS}
    more = ATLAS if provider == "aws" else {} if clouds else STORE
    yield "everything", {"components": every, "email": "ops@example.com", "branch": "live", **more}


GIVEN: dict[str, dict[str, Any]] = {
    f"{provider}-{label}": {**BASIC, "provider": provider, **other}
    for provider in PROVIDERS
    for label, other in [("default", {}), *_choices(provider)]
}
"""Name of a combination → what is given on the command line."""


def answers_of(name: str) -> Answers:
    """The answers of a combination."""
    return complete(GIVEN[name])


@cache
def rendered(name: str) -> dict[str, bytes]:
    """Path → content of a combination's repository."""
    answers = answers_of(name)
    return render_template(template_values(answers, __version__), parts(answers))


def each_file(*endings: str) -> dict[str, bytes]:
    """All different contents of files with these endings, by `combination/path` of the first that has it."""
    found: dict[tuple[str, bytes], str] = {}
    for name in GIVEN:
        for path, content in rendered(name).items():
            if path.endswith(endings):
                found.setdefault((path, content), f"{name}/{path}")
    return {place: content for (_, content), place in found.items()}


def write(files: dict[str, bytes], folder: Path) -> Path:
    """The files in a folder."""
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder
