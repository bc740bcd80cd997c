"""What each role may do, as Argo CD and Kubernetes are told it."""

from __future__ import annotations

import pytest

from tutor_launchpad.core.users.roles import ROLES, argo_cd_policy, workflow_permissions, workflow_rules

NARROW = [role for role in ROLES if role != "admin"]


def argo_cd(role: str, effect: str = "allow") -> set[tuple[str, ...]]:
    """Resource, action and object of the lines with this effect."""
    rows = [line.split(", ") for line in argo_cd_policy(role, "alice")]
    return {tuple(row[2:5]) for row in rows if row[-1] == effect}


def test_readonly_does_nothing_but_look() -> None:
    assert {action for _, action, _ in argo_cd("readonly")} == {"get"}
    assert {one.verb for one in workflow_permissions("readonly", "launchpad")} == {"get", "list", "watch"}


def test_readonly_reads_no_logs() -> None:
    assert "logs" not in {resource for resource, _, _ in argo_cd("readonly")}
    assert not [one for one in workflow_permissions("readonly", "launchpad") if one.resource == "pods"]


def test_developer_syncs_and_restarts_instances_but_not_the_cluster() -> None:
    changes = {(action, place) for _, action, place in argo_cd("developer") if action != "get"}

    assert changes == {("sync", "*/*"), ("action/apps/Deployment/restart", "*/*")}
    assert {(action, "*/*") for _, action, place in argo_cd("developer", "deny") if place == "cluster/*"} == changes


@pytest.mark.parametrize("role", NARROW)
def test_who_is_no_administrator_starts_and_changes_no_workflow(role: str) -> None:
    assert {one.verb for one in workflow_permissions(role, "launchpad")} == {"get", "list", "watch"}


@pytest.mark.parametrize("role", ROLES)
def test_no_role_reads_secrets_or_enters_pods(role: str) -> None:
    resources = {resource for rule in workflow_rules(role) for resource in rule["resources"]}

    assert not {"secrets", "*", "pods/exec", "serviceaccounts", "serviceaccounts/token"} & resources
    assert "*" not in {verb for rule in workflow_rules(role) for verb in rule["verbs"]}


def test_administrator_is_argo_cds_own() -> None:
    assert argo_cd_policy("admin", "alice") == ("g, alice, role:admin",)
