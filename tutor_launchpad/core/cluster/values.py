"""What the files of a cluster repository are rendered with: the answers and what follows from them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tutor_launchpad.core.cluster import sso
from tutor_launchpad.core.cluster.answers import Answers
from tutor_launchpad.core.cluster.components import ARGO_WORKFLOWS
from tutor_launchpad.core.cluster.versions import VERSIONS

BUCKETS = ("state", "velero", "backups")
HARMONY = ("ingress", "metrics_server", "monitoring", "backups")
"""What comes by Harmony's chart."""


def template_values(answers: Answers, launchpad: str) -> dict[str, Any]:
    """Name in the templates → value. `launchpad`: our own version."""
    chosen = {name.replace("-", "_"): value for name, value in answers.components.items()}
    harmony = any(chosen[name] for name in HARMONY)
    return {
        **asdict(answers),
        "launchpad": launchpad,
        "cluster": answers.cluster,
        "has": chosen,
        "cloud": answers.provider != "existing",
        "hosts": hosts(answers),
        "harmony": harmony,
        "base": harmony or chosen["cert_manager"] or answers.provider == "aws",
        "applications": any(chosen.values()) or answers.provider == "aws",
        "exposed": chosen["ingress"] and chosen["cert_manager"],
        "sso": _sso(answers),
        "policy": sso.team_policy(answers.github, answers.teams),
        "buckets": {kind: bucket_name(answers, kind) for kind in BUCKETS},
        "backup": _backup(answers),
        "versions": VERSIONS,
    }


def parts(answers: Answers) -> tuple[str, ...]:
    """The parts of the template that make this repository."""
    return ("common",) if answers.provider == "existing" else ("common", answers.provider)


def hosts(answers: Answers) -> dict[str, str]:
    """Where the cluster's own parts are reached."""
    names = {"argo_cd": "argocd", "argo_workflows": "workflows", "grafana": "grafana"}
    return {part: f"{name}.{answers.domain}" for part, name in names.items()}


def bucket_name(answers: Answers, kind: str) -> str:
    """A name that no other cluster in the world has, and that Git can name before the bucket is made."""
    if answers.provider == "existing":
        return answers.backup_bucket
    return f"{answers.cluster}-{answers.id}-{kind}"


def _sso(answers: Answers) -> dict[str, str] | None:
    """None where nobody logs in by GitHub; the roles stand in Argo CD's policy all the same."""
    names = hosts(answers)
    workflows = names["argo_workflows"] if answers.components[ARGO_WORKFLOWS] else ""
    return {
        "client": sso.CLIENT,
        "github": sso.GITHUB,
        "variable": sso.SECRET_VARIABLE,
        "dex": sso.dex_config(answers.github, answers.teams, workflows),
        "workflows": sso.workflows_sso(names["argo_cd"], names["argo_workflows"]),
        "objects": sso.team_objects(answers.github, answers.teams),
    } if answers.github else None  # fmt: skip


def _backup(answers: Answers) -> dict[str, str]:
    endpoints = {
        "aws": "",
        "digitalocean": f"https://{answers.region}.digitaloceanspaces.com",
        "existing": answers.backup_endpoint.rstrip("/"),
    }
    regions = {"aws": answers.region, "digitalocean": answers.region, "existing": answers.backup_region or "us-east-1"}
    return {
        "bucket": bucket_name(answers, "velero"),
        "region": regions[answers.provider],
        "endpoint": endpoints[answers.provider],
    }
