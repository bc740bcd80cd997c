"""`tutor launchpad user create`: what is made, shown, refused and finished."""

from __future__ import annotations

import pytest

from tests.unit.commands.user.conftest import Users
from tests.unit.fake_kubernetes import status
from tests.unit.fake_login import OTHERS
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.core.access import Permission

ALICE = ("alice", "--role", "developer")


def test_new_user_gets_a_password_that_opens_argo_cd_and_a_token_for_workflows(users: Users) -> None:
    made = users.create(*ALICE)

    password, token = made["credentials"]
    assert (password["system"], password["kind"]) == ("argo-cd", "password")
    assert users.logins.opens("alice", password["value"])
    assert token["value"] == "kube-launchpad-user-alice-2592000"
    assert token["expires"] == "2026-12-25T00:00:00Z"
    assert users.data("argocd-cm")["accounts.alice"] == "login, apiKey"
    assert all(users.has(plural, "alice") for plural in ("serviceaccounts", "roles", "rolebindings"))


def test_what_others_have_set_stays(users: Users) -> None:
    users.create(*ALICE)

    assert users.data("argocd-rbac-cm")["policy.csv"] == OTHERS
    assert users.data("argocd-cm")["accounts.carol"] == "login"
    assert users.data("argocd-secret")["server.secretkey"] == "a2V5"
    written = [line for line in users.api.writes if "argocd-" in line]
    assert all(line.startswith("PATCH ") for line in written)


def test_second_run_changes_nothing_and_says_where_new_passwords_are_made(users: Users) -> None:
    users.create(*ALICE)
    before = list(users.api.writes)

    again = users.run("create", *ALICE, "--yes")

    assert users.api.writes == before
    assert "already; nothing was changed" in again.stdout
    assert "`tutor launchpad user update` makes new ones" in again.stdout


def test_password_of_a_file_is_set_and_not_shown(users: Users) -> None:
    result = users.run("create", *ALICE, "--yes", "--password-file", "-", stdin="correct horse battery\n")

    assert users.logins.opens("alice", "correct horse battery")
    assert "horse" not in result.output
    assert "token for Argo Workflows" in result.stdout


def test_api_token_is_made_by_logging_in_as_the_user(users: Users) -> None:
    made = users.create(*ALICE, "--api-token", "--days", "7", "--system", "argo-cd")

    assert made["credentials"][1]["value"] == f"api-alice-{7 * 24 * 3600}"
    assert users.logins.asked == [
        "https:argocd-server:https/api/v1/session",
        "https:argocd-server:https/api/v1/account/alice/token",
    ]


def test_no_secret_is_written_in_clear(users: Users) -> None:
    made = users.create(*ALICE, "--api-token")

    sent = [(request.body or b"").decode() for request in users.api.requests if "/proxy/" not in request.path]
    for credential in made["credentials"]:
        assert not [body for body in sent if credential["value"] in body]
    assert not [path for path in users.root.rglob("*") if path.is_file() and b"api-alice" in path.read_bytes()]


@pytest.mark.parametrize(
    ("words", "stdin", "sentence"),
    [
        (["alice"], "", "Missing option '--role'"),
        (["alice", "--role", "root"], "", "'root' is not one of"),
        (["Alice", "--role", "admin"], "", "'Alice' is to be at most 30 lower-case letters"),
        (["a.b", "--role", "admin"], "", "'a.b' is to be at most 30 lower-case letters"),
        (["a" * 31, "--role", "admin"], "", "is to be at most 30"),
        (["admin", "--role", "admin"], "", "is Argo CD's own account: choose another name"),
        ([*ALICE, "--password-file", "-"], "short\n", "is to have 12 characters at least"),
        ([*ALICE, "--password-file", "-"], "é" * 40, "72 bytes at most"),
        ([*ALICE, "--password-file", "-"], "twelve letters\nand more", "has more than one line"),
        ([*ALICE, "--days", "0"], "", "0 is not in the range"),
        ([*ALICE, "--context", ""], "", "--context is empty"),
        ([*ALICE, "--system", "argo-workflows", "--api-token"], "", "--password-file and --api-token are for Argo CD"),
    ],
)
def test_wrong_usage_is_told_before_the_cluster_is_asked(
    users: Users, words: list[str], stdin: str, sentence: str
) -> None:
    result = users.run("create", *words, stdin=stdin)

    assert result.exit_code == 2
    assert sentence in result.output
    assert users.api.requests == []


def test_account_of_somebody_else_is_left_alone(users: Users) -> None:
    made = users.create("carol", "--role", "readonly")

    assert made["error"]["kind"] == "Refused"
    assert "Account carol in Argo CD was not made by Launchpad" in made["error"]["message"]
    assert users.api.writes == []


def test_user_of_another_role_is_not_changed_by_create(users: Users) -> None:
    users.create(*ALICE)

    made = users.create("alice", "--role", "admin")

    assert made["error"]["problems"][0].startswith("User alice has the role developer in Argo CD already")
    assert users.json("list")["users"][1]["role"] == "developer"


@pytest.mark.parametrize("default", ["role:admin", "role:ops", "role:readonly"])
def test_narrow_role_is_refused_where_everybody_has_a_wider_one(users: Users, default: str) -> None:
    widened = "p, role:readonly, applications, sync, */*, allow\n"
    change = {"data": {"policy.default": default, "policy.csv": OTHERS + widened}}
    users.api.edit(("configmaps", "argocd", "argocd-rbac-cm"), change)

    made = users.create("bob", "--role", "readonly")

    assert f"Argo CD gives {default} to everybody who can log in" in made["error"]["message"]
    assert users.api.writes == []


def test_policies_of_another_form_are_refused(users: Users) -> None:
    users.api.edit(("configmaps", "argocd", "argocd-rbac-cm"), {"data": {"policy.matchMode": "regex"}})

    made = users.create("bob", "--role", "readonly")

    assert "set policy.matchMode in ConfigMap argocd/argocd-rbac-cm to glob" in made["error"]["message"]


def test_missing_permission_is_told_before_anything_is_written(users: Users) -> None:
    users.create(*ALICE)
    users.api.allowed = frozenset(users.api.used - {Permission("patch", "", "secrets", "argocd")})
    before = list(users.api.writes)

    made = users.create("bob", "--role", "developer")

    assert "You may not patch secrets in argocd" in made["error"]["message"]
    assert users.api.writes == before


def test_missing_argo_cd_is_told_and_can_be_left_out(users: Users) -> None:
    del users.api.objects["configmaps", "argocd", "argocd-cm"]

    refused = users.create(*ALICE)
    made = users.create(*ALICE, "--system", "argo-workflows")

    assert refused["error"]["kind"] == "NotFound"
    assert "Argo CD is not in namespace argocd" in refused["error"]["message"]
    assert made["systems"] == ["argo-workflows"]


def test_unreachable_cluster_is_told(users: Users) -> None:
    users.api.answer = lambda request: status(503, "ServiceUnavailable", "away")

    made = users.create(*ALICE)

    assert made["error"]["kind"] == "Unreachable"
    assert users.api.now > 100


def test_password_is_shown_although_argo_cd_gives_no_token(users: Users) -> None:
    users.logins.down = True

    made = users.create(*ALICE, "--api-token", "--system", "argo-cd")

    assert made["error"]["kind"] == "Unreachable"
    assert "it does not answer (HTTP 503)" in made["error"]["message"]
    assert users.logins.opens("alice", made["credentials"][0]["value"])


@pytest.mark.parametrize("lost", range(7))
def test_interrupted_creation_is_finished_by_the_next(users: Users, lost: int) -> None:
    writes = iter(range(100))

    def interrupt(request: Request) -> None:
        if request.method == "PATCH" and next(writes) == lost:
            raise KeyboardInterrupt

    users.api.after = interrupt
    stopped = users.create(*ALICE)
    users.api.after = lambda request: None
    users.create(*ALICE)

    assert stopped.get("error", {"kind": "Interrupted"})["kind"] == "Interrupted"
    (alice,) = [one for one in users.json("list")["users"] if one["name"] == "alice"]
    assert (alice["systems"], alice["notes"]) == (["argo-cd", "argo-workflows"], [])


def test_interruption_shows_what_was_given_and_how_to_go_on(users: Users) -> None:
    def interrupt(request: Request) -> None:
        if request.path.endswith("/serviceaccounts/launchpad-user-alice"):
            raise KeyboardInterrupt

    users.api.after = interrupt

    result = users.run("create", *ALICE, "--yes")

    assert "password for Argo CD: " in result.stdout
    assert "`tutor launchpad user create alice` with the same options finishes it" in str(result.exception)
