"""`tutor launchpad user list`: everybody who may log in, whoever let them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from tests.unit.commands.user.conftest import Users
from tests.unit.in_process import load_plugins
from tutor_launchpad.commands import launchpad
from tutor_launchpad.core.users.argo_workflows import RULE
from tutor_launchpad.core.users.roles import argo_cd_role


def teams(users: Users) -> None:
    """What a cluster's repository gives to two teams."""
    lines = f"g, moon:platform, {argo_cd_role('admin')}\ng, moon:support, role:own\n"
    users.api.edit(("configmaps", "argocd", "argocd-rbac-cm"), {"data": {"policy.csv": lines}})
    metadata = {
        "name": "launchpad-team-admin",
        "namespace": "argo",
        "labels": {"launchpad.openedx.org/role": "admin"},
        "annotations": {RULE: "'moon:platform' in groups"},
    }
    users.api.put({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata})


def test_accounts_and_teams_are_listed_with_their_roles(users: Users) -> None:
    users.create("bob", "--role", "readonly")
    users.create("ci", "--role", "developer", "--system", "argo-cd")
    users.run("update", "bob", "--disable")
    teams(users)

    assert users.run("list").stdout.splitlines() == [
        "admin                role:admin   Argo CD                  not made by Launchpad",
        "bob                  readonly     Argo CD, Argo Workflows  disabled",
        "carol                -            Argo CD                  not made by Launchpad",
        "ci                   developer    Argo CD",
        "moon:platform        admin        Argo CD                  team of the single sign-on",
        "moon:support         role:own     Argo CD                  team of the single sign-on",
        "moon:platform        admin        Argo Workflows           team of the single sign-on",
    ]


def test_programs_read_the_same(users: Users) -> None:
    users.create("bob", "--role", "readonly", "--system", "argo-workflows")
    teams(users)

    found = users.json("list")

    assert found["users"][1] == {
        "name": "bob",
        "role": "readonly",
        "systems": ["argo-workflows"],
        "enabled": True,
        "ours": True,
        "notes": [],
    }
    assert found["teams"][2] == {"name": "moon:platform", "role": "admin", "system": "argo-workflows"}
    assert found["warnings"] == []


def test_default_for_all_is_warned_of(users: Users) -> None:
    users.api.edit(("configmaps", "argocd", "argocd-rbac-cm"), {"data": {"policy.default": "role:ops"}})

    assert "Warning: Argo CD gives role:ops to everybody who can log in" in users.run("list").stderr


def test_empty_cluster_has_nobody(users: Users) -> None:
    users.api.objects.clear()

    assert users.run("list").stdout == "Nobody may log in.\n"


def test_missing_cluster_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    load_plugins()
    (tmp_path / "config.yml").write_text("PLUGINS: []\n")

    result = CliRunner().invoke(launchpad, ["user", "list"], obj=SimpleNamespace(root=tmp_path))

    assert "There is no cluster: name one with --context, or set KUBECONFIG." in str(result.exception)


def test_listing_changes_nothing_and_reads_no_secret(users: Users) -> None:
    users.run("list")

    assert users.api.writes == []
    assert not [request for request in users.api.requests if "secrets" in request.path]
