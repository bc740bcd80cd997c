"""`tutor launchpad people create|remove|list`, by a workflow."""

from __future__ import annotations

import base64
import json

import pytest

from tests.unit.commands.people.conftest import NAMESPACE, PASSWORD, Site
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.errors import LaunchpadError, Refused


def test_user_is_made_with_a_password_from_standard_input(site: Site) -> None:
    made = site.create("--superuser")

    assert (made.exit_code, made.stdout) == (0, "User ann of instance moon is created: staff given; password set.\n")
    request, password = site.seen[0]
    assert password == PASSWORD
    assert (request["staff"], request["superuser"], request["password"]) == (True, True, "given")


def test_password_is_in_a_secret_alone_which_goes_with_the_run(site: Site) -> None:
    site.create()

    hidden = base64.b64encode(PASSWORD.encode())
    name = site.kinds("workflows")[0]["metadata"]["name"]
    sent = {request.path for request in site.api.requests if hidden in (request.body or b"")}
    assert sent == {f"/api/v1/namespaces/moon/secrets/{name}"}
    assert not [request.path for request in site.api.requests if PASSWORD.encode() in (request.body or b"")]
    assert [obj["metadata"]["name"] for obj in site.kinds("secrets")] == ["launchpad-executor.service-account-token"]


def test_generated_password_is_told_once_where_it_is_used(site: Site) -> None:
    made = site.run("create", "ann", "--email", "ann@x.org", "--staff", "--output", "json")
    site.outcome = {"status": "unchanged", "details": []}
    again = site.run("create", "ann", "--email", "ann@x.org", "--staff", "--output", "json")

    first, second = json.loads(made.stdout), json.loads(again.stdout)
    assert first["password"] == site.seen[0][1]
    assert len(first["password"]) == 24
    assert (second["status"], second["password"]) == ("unchanged", "")
    assert first["place"].startswith("workflow moon/people-create-")


def test_removal_tells_what_goes_and_asks(site: Site) -> None:
    unasked = site.run("remove", "ann")
    site.outcome = {"status": "removed", "details": ["account disabled"]}
    removed = site.run("remove", "ann", "--yes")

    assert (unasked.exit_code, len(site.seen)) == (1, 1)
    assert "Remove user ann? Nothing was changed: confirm it with --yes." in str(unasked.exception)
    assert "loses staff and superuser, password, sessions and access tokens" in unasked.stderr
    assert removed.stdout == "User ann of instance moon has no access any more: account disabled.\n"
    assert "DELETED with its enrolments" in site.run("remove", "ann", "--delete").stderr


def test_list_is_a_table_or_json(site: Site) -> None:
    person = {"username": "ann", "email": "ann@x.org", "staff": True, "superuser": False, "active": True}
    site.outcome = {"status": "listed", "details": [], "people": [{**person, "password": False}], "more": 2}

    text, data = site.run("list"), json.loads(site.run("list", "--output", "json").stdout)

    assert [line.split() for line in text.stdout.splitlines()] == [
        ["ann", "ann@x.org", "staff", "never", "no", "password"],
        ["2", "more", "were", "too", "many", "to", "tell."],
    ]
    assert (data["people"][0]["username"], data["more"]) == ("ann", 2)


def test_what_the_script_refuses_is_the_error(site: Site) -> None:
    site.outcome, site.phase = {"status": "failed", "details": ["The address is bob's."]}, "Failed"

    failed = site.create("--output", "json")

    assert (failed.exit_code, str(failed.exception)) == (1, "The address is bob's.")
    assert json.loads(failed.stdout)["error"]["message"] == "The address is bob's."


@pytest.mark.parametrize(
    ("phase", "sentence"),
    [("Succeeded", "ended without telling what became of it"), ("Failed", "ended as Failed: pod deleted")],
)
def test_run_that_tells_nothing_is_a_failure(site: Site, phase: str, sentence: str) -> None:
    site.outcome, site.phase = None, phase

    failed = site.create()

    assert isinstance(failed.exception, LaunchpadError)
    assert sentence in str(failed.exception)
    assert "goes on" not in failed.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("create ann --email nonsense --password-file -", "'nonsense' is no e-mail address."),
        ("create a/b --email a@x.org --password-file -", "'a/b' is no user name: letters, digits and _ . @ + - alone"),
        ("create ann --password-file -", "Missing option '--email'."),
        ("create ann --email a@x.org", "Nobody would see a generated password here"),
        ("create ann --email a@x.org --name {{x}} --password-file -", "'{{x}}' is no full name"),
        ("remove ann --email x", "'x' is no e-mail address."),
    ],
)
def test_wrong_usage_ends_with_status_2_before_the_cluster_is_asked(site: Site, words: str, sentence: str) -> None:
    wrong = site.run(*words.split(), stdin="password")

    assert wrong.exit_code == 2, wrong.output
    assert sentence in wrong.stderr
    assert site.api.requests == []


@pytest.mark.parametrize(("stdin", "sentence"), [("", "The password is empty"), ("a\nb", "more than one line")])
def test_password_that_is_none_is_wrong_usage(site: Site, stdin: str, sentence: str) -> None:
    wrong = site.run("create", "ann", "--email", "a@x.org", "--password-file", "-", stdin=stdin)

    assert wrong.exit_code == 2
    assert sentence in wrong.stderr


@pytest.mark.parametrize(
    ("gone", "sentence"),
    [
        (("namespaces", "", "moon"), "Instance moon is not deployed: this cluster has no namespace moon."),
        (("deployments", "moon", "lms"), "Namespace moon has no Deployment lms, so there is no Open edX to make users"),
    ],
)
def test_instance_that_is_not_there_is_told(site: Site, gone: tuple[str, str, str], sentence: str) -> None:
    del site.api.objects[gone]

    refused = site.create()

    assert isinstance(refused.exception, Refused)
    assert sentence in str(refused.exception)
    assert site.api.writes == []


def test_namespace_that_is_being_deleted_or_another_roots_is_told(site: Site) -> None:
    site.api.put({**NAMESPACE, "status": {"phase": "Terminating"}})
    ending = site.create()
    site.api.put({**NAMESPACE, "metadata": {"name": "moon", "annotations": {"launchpad.openedx.org/id": "XyZ"}}})
    other = site.create()

    assert "Namespace moon is being deleted" in str(ending.exception)
    assert "Namespace moon belongs to another Tutor root" in str(other.exception)
    assert site.api.writes == []


def test_cluster_without_argo_workflows_is_told_of_the_other_way(site: Site) -> None:
    def answer(request: Request) -> Response | None:
        return (
            Response(404, b"404 page not found") if "/workflow" in request.path and "argoproj" in request.path else None
        )

    site.api.answer = answer
    refused = site.create()

    assert isinstance(refused.exception, Refused)
    assert "The cluster has no kind WorkflowTemplate" in str(refused.exception)
    assert "That is Argo Workflows; `--local` does without." in str(refused.exception)
