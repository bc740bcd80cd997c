"""What Argo CD's own engine makes of our policies, without a cluster."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.unit.programs import find_program
from tests.unit.roles_table import ACTIONS
from tests.unit.scripted_server import kubeconfig
from tutor_launchpad.core.cluster.sso import team_policy
from tutor_launchpad.core.users.argo_cd import policy_text
from tutor_launchpad.core.users.roles import ROLES

RESTART = "action/apps/Deployment/restart"
EVERY = {
    **ACTIONS,
    ("applications", RESTART, "moon/moon"): "admin developer",
    ("applications", RESTART, "cluster/traefik"): "admin",
}
SOME = [
    ("applications", "get", "moon/moon"),
    ("applications", "sync", "moon/moon"),
    ("applications", "delete", "moon/moon"),
]


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    """Teams and local accounts of all roles together, as a cluster has them."""
    texts = [team_policy("moon", {f"{role}-team": role for role in ROLES})]
    texts += [policy_text(f"{role}-user", role) for role in ROLES]
    file = tmp_path / "policy.csv"
    file.write_text("\n".join(texts))
    return file


def argocd(policy: Path, *words: str) -> bool:
    """Whether the program says yes."""
    command = [find_program("argocd"), "admin", "settings", "rbac", *words, "--policy-file", str(policy)]
    # It wants a kubeconfig, and asks no server where it is given the policy.
    cluster = kubeconfig(policy.with_name("kubeconfig"), "https://127.0.0.1:9", "none")
    own = {**os.environ, "HOME": str(policy.parent), "KUBECONFIG": str(cluster)}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=own)
    assert ran.returncode in (0, 1), ran.stderr
    return ran.returncode == 0


def test_policy_is_valid(policy: Path) -> None:
    assert argocd(policy, "validate")


@pytest.mark.parametrize(
    ("subject", "actions"), [("{role}-user", EVERY), ("moon:{role}-team", SOME)], ids=["local account", "team"]
)
def test_each_role_may_what_it_says(policy: Path, subject: str, actions: Iterable[tuple[str, str, str]]) -> None:
    found = {
        (resource, action, place): " ".join(
            role for role in ROLES if argocd(policy, "can", subject.format(role=role), action, resource, place)
        )
        for resource, action, place in actions
    }

    assert found == {key: EVERY[key] for key in actions}


def test_whoever_is_in_no_team_may_do_nothing(policy: Path) -> None:
    assert not any(argocd(policy, "can", "moon:others", action, resource, place) for resource, action, place in SOME)
