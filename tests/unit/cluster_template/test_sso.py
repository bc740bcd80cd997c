"""Single sign-on, field by field: what Dex, Argo CD and Argo Workflows document, and that they agree with each other."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.cluster_repositories import GIVEN, SSO, rendered, write
from tests.unit.programs import find_program
from tutor_launchpad.core.cluster.components import WAVE
from tutor_launchpad.core.cluster.stages import awaited
from tutor_launchpad.core.users.argo_cd import read_teams
from tutor_launchpad.core.users.argo_workflows import read_teams as read_workflow_teams
from tutor_launchpad.core.users.roles import workflow_rules

WITH = [name for name, given in GIVEN.items() if given.get("github")]
ARGO_CD, WORKFLOWS = "https://argocd.learn.example.com", "https://workflows.learn.example.com"


def documents(name: str, path: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(rendered(name)[f"cluster/{path}"]))


def data(name: str, path: str) -> dict[str, str]:
    """What a ConfigMap of the repository sets."""
    content: dict[str, str] = documents(name, path)[0]["data"]
    return content


def dex(name: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(data(name, "argo-cd/settings.yml")["dex.config"])
    return content


@pytest.mark.parametrize("name", WITH)
def test_dex_asks_github_for_the_teams_and_lets_no_others_in(name: str) -> None:
    (connector,) = dex(name)["connectors"]

    assert {key: connector[key] for key in ("type", "id", "name")} == {
        "type": "github",
        "id": "github",
        "name": "GitHub",
    }
    assert connector["config"] == {
        "clientID": "$github-sso:clientID",
        "clientSecret": "$github-sso:clientSecret",
        "orgs": [{"name": "moon", "teams": ["night-shift", "platform", "support"]}],
        "teamNameField": "slug",
    }
    assert dex(name)["expiry"] == {"idTokens": "8h"}
    assert data(name, "argo-cd/settings.yml")["url"] == ARGO_CD


def test_argo_cd_takes_the_settings_for_those_of_a_dex(tmp_path: Path) -> None:
    metadata = {"namespace": "argocd", "labels": {"app.kubernetes.io/part-of": "argocd"}}
    settings = documents("existing-sso", "argo-cd/settings.yml")[0]
    secret = {"apiVersion": "v1", "kind": "Secret", "data": {"server.secretkey": "a2V5"}}
    options = []
    for option, name, content in (("cm", "argocd-cm", settings), ("secret", "argocd-secret", secret)):
        file = tmp_path / name
        file.write_text(yaml.safe_dump({**content, "metadata": {**metadata, "name": name}}))
        options += [f"--argocd-{option}-path", str(file)]
    command = [find_program("argocd"), "admin", "settings", "validate", "--group", "general", *options]

    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert "Dex is configured" in ran.stdout.splitlines(), ran.stdout + ran.stderr


def test_argo_workflows_is_a_client_of_that_dex() -> None:
    (client,) = dex("existing-sso")["staticClients"]
    server = yaml.safe_load(data("existing-sso", "argo-workflows/settings.yml")["sso"])
    patches = documents("existing-sso", "argo-cd/kustomization.yml")[0]["patches"]
    (patch,) = (one["patch"] for one in patches if "patch" in one)
    (container,) = yaml.safe_load(patch)["spec"]["template"]["spec"]["containers"]

    assert client == {
        "id": "argo-workflows-sso",
        "name": "Argo Workflows",
        "redirectURIs": [f"{WORKFLOWS}/oauth2/callback"],
        "secretEnv": "ARGO_WORKFLOWS_SSO_CLIENT_SECRET",
    }
    assert server == {
        "issuer": f"{ARGO_CD}/api/dex",
        "clientId": {"name": "argo-workflows-sso", "key": "client-id"},
        "clientSecret": {"name": "argo-workflows-sso", "key": "client-secret"},
        "redirectUrl": client["redirectURIs"][0],
        "scopes": ["groups"],
        "rbac": {"enabled": True},
        "sessionExpiry": "8h",
    }
    reference = {"secretKeyRef": {"name": "argo-workflows-sso", "key": "client-secret"}}
    assert container == {"name": "dex", "env": [{"name": client["secretEnv"], "valueFrom": reference}]}


def test_each_team_has_its_role_in_both_systems() -> None:
    policies = data("existing-sso", "argo-cd/permissions.yml")
    accounts = [one for one in documents("existing-sso", "teams/workflows.yml") if one["kind"] == "ServiceAccount"]
    wanted = {f"moon:{team}": role for team, role in SSO["teams"].items()}  # type: ignore[attr-defined]

    assert {team.name: team.role for team in read_teams(policies)} == wanted
    assert {team.name: team.role for team in read_workflow_teams(accounts)} == wanted
    assert policies["policy.default"] == ""


def test_accounts_of_teams_have_rules_precedence_token_and_rights() -> None:
    found = {(one["kind"], one["metadata"]["name"]): one for one in documents("existing-sso", "teams/workflows.yml")}
    rules = {name: one["metadata"]["annotations"] for (kind, name), one in found.items() if kind == "ServiceAccount"}

    assert rules["launchpad-team-admin"] == {
        "workflows.argoproj.io/rbac-rule": "'moon:night-shift' in groups || 'moon:platform' in groups",
        "workflows.argoproj.io/rbac-rule-precedence": "30",
    }
    assert rules["launchpad-team-readonly"]["workflows.argoproj.io/rbac-rule-precedence"] == "10"
    for name in rules:
        token = found["Secret", f"{name}.service-account-token"]
        binding, role = found["RoleBinding", name], found["Role", name]
        assert (token["type"], token["metadata"]["namespace"]) == ("kubernetes.io/service-account-token", "argo")
        assert token["metadata"]["annotations"] == {"kubernetes.io/service-account.name": name}
        assert not {"data", "stringData"} & {*token}
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": name, "namespace": "argo"}]
        assert binding["roleRef"]["name"] == name
        assert role["rules"] == workflow_rules(role["metadata"]["labels"]["launchpad.openedx.org/role"])
        assert {binding["metadata"]["namespace"], role["metadata"]["namespace"]} == {"launchpad"}


@pytest.mark.parametrize(("name", "scheme"), [("existing-sso", "HTTP"), ("existing-sso-own-ingress", "HTTPS")])
def test_server_takes_both_logins_and_is_served_as_its_ingress_expects(name: str, scheme: str, tmp_path: Path) -> None:
    probe = {"httpGet": {"path": "/", "port": 2746, "scheme": "HTTPS"}}
    container = {
        "name": "argo-server",
        "image": "quay.io/argoproj/argocli:v1.0.0",
        "args": ["server"],
        "readinessProbe": probe,
    }
    metadata = {"name": "argo-server", "namespace": "argo"}
    spec = {"template": {"spec": {"containers": [container]}}}
    configuration = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {**metadata, "name": "workflow-controller-configmap"},
    }
    installed = [{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}, configuration]

    objects = kustomized(name, "argo-workflows", installed, tmp_path)

    (server,) = (one for one in objects if one["kind"] == "Deployment")
    (container,) = server["spec"]["template"]["spec"]["containers"]
    modes = ["server", "--auth-mode=sso", "--auth-mode=client"]
    assert container["args"] == [*modes, *(["--secure=false"] if scheme == "HTTP" else [])]
    assert container["readinessProbe"]["httpGet"] == {"path": "/", "port": 2746, "scheme": scheme}
    assert bool([one for one in objects if one["kind"] == "Ingress"]) is (scheme == "HTTP")
    assert awaited(objects) == []


def kustomized(name: str, component: str, installed: list[dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """The objects of a component on top of these."""
    place = write(rendered(name), folder) / "cluster" / component
    content = yaml.safe_load((place / "kustomization.yml").read_text())
    content["resources"] = [*(one for one in content["resources"] if "://" not in one), "installed.yaml"]
    (place / "kustomization.yml").write_text(yaml.safe_dump(content))
    (place / "installed.yaml").write_text(yaml.safe_dump_all(installed))
    ran = subprocess.run(["kubectl", "kustomize", str(place)], capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    return list(yaml.safe_load_all(ran.stdout))


def test_dex_is_waited_for_and_nothing_waits_for_the_server() -> None:
    waves = {
        name: int(documents("existing-sso", f"applications/{name}.yml")[0]["metadata"]["annotations"][WAVE])
        for name in ("argo-cd", "argo-workflows", "teams", "harmony")
    }
    dex_server = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "argocd-dex-server"}}

    assert waves["argo-workflows"] == max(waves.values()) > waves["argo-cd"] > waves["teams"]
    assert awaited([dex_server, *documents("existing-sso", "argo-cd/settings.yml")]) == [
        ("Deployment", "", "argocd-dex-server")
    ]
    assert awaited([dex_server, *documents("existing-default", "argo-cd/settings.yml")]) == []


def test_own_argo_workflows_is_left_alone() -> None:
    files = rendered("existing-sso-own-workflows")

    assert "staticClients" not in dex("existing-sso-own-workflows")
    assert not [path for path in files if path.startswith(("cluster/teams", "cluster/argo-workflows"))]
    assert b"argo-workflows-sso" not in files["cluster/argo-cd/kustomization.yml"]


@pytest.mark.parametrize("name", [name for name in GIVEN if name not in WITH])
def test_nobody_logs_in_by_github_unless_it_is_wanted(name: str) -> None:
    files = rendered(name)

    assert not [path for path in files if "teams" in path]
    assert not [path for path, content in files.items() if path.startswith("cluster/") and b"-sso" in content]
