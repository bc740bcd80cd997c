"""`tutor launchpad user update` and `delete`: what changes, what ends, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.commands.user.conftest import Users
from tutor_launchpad.core.access import Permission
from tutor_launchpad.core.users.argo_workflows import account_name
from tutor_launchpad.core.users.roles import workflow_rules

Made = dict[str, Any]


@pytest.fixture
def alice(users: Users) -> Made:
    return users.create("alice", "--role", "developer")


def tokens(users: Users) -> None:
    """Argo CD notes the tokens that it has given."""
    users.api.edit(("secrets", "argocd", "argocd-secret"), {"data": {"accounts.alice.tokens": "W10="}})


def uid(users: Users) -> str:
    """A token of an account is worth nothing for another one of the same name."""
    account = users.api.read("serviceaccounts", "launchpad", account_name("alice"))
    return str(account["metadata"]["uid"])


def test_role_is_changed_in_both_systems(users: Users, alice: Made) -> None:
    result = users.run("update", "alice", "--role", "readonly")

    assert "User alice has the role readonly in Argo CD and Argo Workflows." in result.stdout
    assert "sync" not in users.data("argocd-rbac-cm")["policy.launchpad-alice.csv"]
    assert users.rules("alice") == workflow_rules("readonly")


def test_update_without_options_brings_outdated_rights_up_to_date(users: Users, alice: Made) -> None:
    old = {"data": {"policy.launchpad-alice.csv": "# role developer\np, alice, applications, *, */*, allow\n"}}
    users.api.edit(("configmaps", "argocd", "argocd-rbac-cm"), old)
    outdated = users.json("list")["users"][1]

    first, second = users.json("update", "alice"), users.json("update", "alice")

    assert outdated["notes"] == ["outdated rights in Argo CD"]
    assert (first["changed"], second["changed"]) == (True, False)
    assert "*, */*" not in users.data("argocd-rbac-cm")["policy.launchpad-alice.csv"]


def test_disabled_user_is_out_until_enabled(users: Users, alice: Made) -> None:
    password, before = alice["credentials"][0]["value"], uid(users)

    disabled = users.json("update", "alice", "--disable")
    out = (users.logins.opens("alice", password), users.has("rolebindings", "alice"), uid(users) == before)
    enabled = users.json("update", "alice", "--enable")

    assert (disabled["enabled"], enabled["enabled"]) == (False, True)
    assert out == (False, False, False)
    assert users.logins.opens("alice", password)
    assert users.has("rolebindings", "alice")
    assert users.json("list")["users"][1]["notes"] == []


def test_disabled_user_stays_so_when_the_role_changes_or_create_is_repeated(users: Users, alice: Made) -> None:
    users.run("update", "alice", "--disable")

    users.run("update", "alice", "--role", "readonly")
    again = users.create("alice", "--role", "readonly")

    assert (again["changed"], again["enabled"]) == (False, False)
    assert not users.has("rolebindings", "alice")


def test_user_is_locked_out_also_where_everybody_has_a_wide_role(users: Users, alice: Made) -> None:
    users.api.edit(("configmaps", "argocd", "argocd-rbac-cm"), {"data": {"policy.default": "role:ops"}})

    assert users.json("update", "alice", "--disable")["enabled"] is False
    assert users.json("update", "alice", "--role", "readonly")["error"]["kind"] == "Refused"


def test_what_is_half_made_is_finished_with_another_role(users: Users, alice: Made) -> None:
    users.api.edit(("configmaps", "argocd", "argocd-cm"), {"data": {"accounts.alice": None}})
    users.run("delete", "alice", "--yes")
    users.api.edit(
        ("configmaps", "argocd", "argocd-rbac-cm"), {"data": {"policy.launchpad-alice.csv": "# role readonly\n"}}
    )

    refused = users.json("update", "alice")
    made = users.create("alice", "--role", "developer")

    assert "User alice is half made or half removed in Argo CD" in refused["error"]["message"]
    assert (made["role"], made["changed"]) == ("developer", True)


def test_new_password_replaces_the_old_one(users: Users, alice: Made) -> None:
    (new,) = users.json("update", "alice", "--reset-password")["credentials"]

    assert users.logins.opens("alice", new["value"])
    assert not users.logins.opens("alice", alice["credentials"][0]["value"])


def test_revoking_ends_tokens_and_sessions_and_keeps_the_password(users: Users, alice: Made) -> None:
    tokens(users)
    before, since = uid(users), users.data("argocd-secret").pop("accounts.alice.passwordMtime")

    users.json("update", "alice", "--revoke")

    assert "accounts.alice.tokens" not in users.data("argocd-secret")
    assert users.data("argocd-secret")["accounts.alice.passwordMtime"] >= since
    assert uid(users) != before
    assert users.logins.opens("alice", alice["credentials"][0]["value"])


def test_new_tokens_are_made_where_they_are_wanted(users: Users, alice: Made) -> None:
    both = ("--token", "argo-cd", "--token", "argo-workflows", "--reset-password", "--days", "1")

    made = users.json("update", "alice", *both)["credentials"]

    assert [(one["system"], one["kind"]) for one in made] == [
        ("argo-cd", "password"),
        ("argo-cd", "token"),
        ("argo-workflows", "token"),
    ]
    assert made[2]["value"].endswith("-86400")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--token", "argo-cd"], "--token argo-cd needs --reset-password or --password-file"),
        (["--reset-password", "--password-file", "-"], "exclude each other"),
        (["--role", "root"], "'root' is not one of"),
        (["--token", "github"], "'github' is not one of"),
    ],
)
def test_wrong_usage_is_told(users: Users, words: list[str], sentence: str) -> None:
    result = users.run("update", "alice", *words)

    assert result.exit_code == 2
    assert sentence in result.output


@pytest.mark.parametrize("verb", [["update"], ["delete", "--yes"]], ids=["update", "delete"])
@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        ("alcie", "NotFound", "There is no user alcie: `tutor launchpad user list`"),
        ("carol", "Refused", "Account carol in Argo CD was not made by Launchpad"),
    ],
)
def test_other_names_are_refused(users: Users, verb: list[str], name: str, kind: str, sentence: str) -> None:
    result = users.run(*verb, name)

    assert result.exit_code == 1
    assert type(result.exception).__name__ == kind
    assert sentence in str(result.exception)
    assert users.api.writes == []


def test_what_a_user_is_not_in_cannot_be_changed(users: Users) -> None:
    users.create("bob", "--role", "readonly", "--system", "argo-workflows")

    made = users.json("update", "bob", "--reset-password")

    assert "User bob is not in Argo CD: add them with" in made["error"]["message"]


def test_disabled_user_gets_no_token(users: Users, alice: Made) -> None:
    made = users.json("update", "alice", "--disable", "--token", "argo-workflows")

    assert "User alice is disabled, and gets no token" in made["error"]["message"]
    assert users.json("list")["users"][1]["enabled"]


def test_deleted_user_leaves_nothing(users: Users, alice: Made) -> None:
    tokens(users)

    result = users.run("delete", "alice", "--yes")

    assert result.stdout == "User alice is gone from Argo CD and Argo Workflows; sessions and tokens have ended.\n"
    assert "alice" not in json.dumps([users.data(f"argocd-{name}") for name in ("cm", "rbac-cm", "secret")])
    assert not [key for key in users.api.objects if key[2] == account_name("alice")]


def test_deletion_is_confirmed(users: Users, alice: Made) -> None:
    result = users.run("delete", "alice")

    assert "User alice stays: confirm the end of their accounts with --yes." in str(result.exception)
    assert users.has("serviceaccounts", "alice")


def test_deletion_without_the_right_to_it_ends_nothing(users: Users, alice: Made) -> None:
    granted = users.api.used | {Permission("patch", "", "secrets", "argocd")}
    users.api.allowed = frozenset(one for one in granted if one.verb != "delete")
    before = list(users.api.writes)

    result = users.run("delete", "alice", "--yes")

    assert "You may not delete serviceaccounts in launchpad" in str(result.exception)
    assert users.api.writes == before


@pytest.mark.parametrize("done", range(6))
def test_interrupted_deletion_is_finished_by_the_next(users: Users, alice: Made, done: int) -> None:
    writes = iter(range(100))

    def interrupt(request: object) -> None:
        if getattr(request, "method", "") in ("PATCH", "DELETE") and next(writes) == done:
            raise KeyboardInterrupt

    users.api.after = interrupt
    users.run("delete", "alice", "--yes")
    users.api.after = lambda request: None
    users.run("delete", "alice", "--yes")

    assert "alice" not in [one["name"] for one in users.json("list")["users"]]
    assert "alice" not in json.dumps([users.data(f"argocd-{name}") for name in ("cm", "rbac-cm", "secret")])
