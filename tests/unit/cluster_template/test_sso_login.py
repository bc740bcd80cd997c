"""People log in by a stand-in for GitHub through the real Dex, set up from a cluster repository as Argo CD does it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests.unit.cluster_repositories import BASIC
from tests.unit.core.users.test_engine import argocd
from tests.unit.fake_github import Application, GitHub, served
from tests.unit.roles_table import ACTIONS
from tests.unit.running_dex import Dex, running
from tutor_launchpad.adapters.cluster_template import render_template
from tutor_launchpad.core.cluster.answers import complete
from tutor_launchpad.core.cluster.values import parts, template_values
from tutor_launchpad.core.users.argo_workflows import read_teams

TEAMS = {"platform": "admin", "night-shift": "developer", "support": "readonly"}
PEOPLE = {
    "alice": ["moon/lunch", "moon/football", "moon/platform"],
    "dave": ["moon/night-shift", "sun/platform"],
    "erin": ["moon/support"],
    "frank": ["moon/support", "moon/night-shift"],
    "mallory": ["moon/lunch"],
    "niaj": ["moon/"],
    "olga": ["Moon/platform"],
    "trent": ["sun/platform"],
}
ARGO_CD = "https://argocd.learn.example.com"
APPLICATION = Application("launchpad-at-github", "the-secret-of-github", f"{ARGO_CD}/api/dex/callback")
REFUSED = "not in required orgs or teams"


@pytest.fixture(scope="module")
def repository() -> dict[str, bytes]:
    """With a team of each role."""
    answers = complete({**BASIC, "provider": "existing", "github": "moon", "teams": TEAMS})
    return render_template(template_values(answers, "1.0.0"), parts(answers))


@pytest.fixture(scope="module")
def dex(repository: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dex]:
    """One for all tests."""
    folder = tmp_path_factory.mktemp("dex")
    settings = yaml.safe_load(repository["cluster/argo-cd/settings.yml"])["data"]
    with (
        served(GitHub(APPLICATION, dict(PEOPLE)), folder / "github") as github,
        running(settings, github, folder) as one,
    ):
        yield one


@pytest.mark.parametrize("client", ["argo-cd", "argo-cd-cli", "argo-workflows-sso"])
@pytest.mark.parametrize(
    ("login", "groups"),
    [
        ("alice", ["moon:platform"]),
        ("dave", ["moon:night-shift"]),
        ("erin", ["moon:support"]),
        ("frank", ["moon:support", "moon:night-shift"]),
    ],
)
def test_token_names_the_listed_teams_and_no_others(dex: Dex, client: str, login: str, groups: list[str]) -> None:
    _, token = dex.log_in(login, dex.client(client))

    assert token["groups"] == groups
    assert (token["iss"], token["aud"]) == (f"{ARGO_CD}/api/dex", client)
    assert token["exp"] - token["iat"] == 8 * 3600
    assert (token["email"], token["preferred_username"]) == (f"{login}@example.com", login)


@pytest.mark.parametrize("login", ["mallory", "niaj", "olga", "trent"])
def test_whoever_is_in_no_listed_team_gets_no_token(dex: Dex, login: str) -> None:
    page, token = dex.log_in(login, dex.client("argo-cd"))

    assert token == {}
    assert page.status_code == 500
    assert REFUSED in page.text


def test_nobody_gets_in_before_the_organisation_approves_the_application(
    dex: Dex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dex.github, "application", replace(APPLICATION, approved=False))

    page, token = dex.log_in("alice", dex.client("argo-cd"))

    assert token == {}
    assert REFUSED in page.text


def test_dex_answers_only_at_the_addresses_of_its_clients(dex: Dex) -> None:
    redirects = {one["id"]: one["redirectURIs"] for one in dex.configuration["staticClients"]}

    assert redirects["argo-cd"] == [f"{ARGO_CD}/auth/callback"]
    assert redirects["argo-workflows-sso"] == ["https://workflows.learn.example.com/oauth2/callback"]
    assert dex.configuration["connectors"][0]["config"]["redirectURI"] == APPLICATION.callback


def test_groups_of_the_token_have_the_rights_of_their_role(
    dex: Dex, repository: dict[str, bytes], tmp_path: Path
) -> None:
    policy = tmp_path / "policy.csv"
    policy.write_text(yaml.safe_load(repository["cluster/argo-cd/permissions.yml"])["data"]["policy.csv"])
    accounts = yaml.safe_load_all(repository["cluster/teams/workflows.yml"])
    workflows = {one.name: one.role for one in read_teams(one for one in accounts if one["kind"] == "ServiceAccount")}
    groups = {login: dex.log_in(login, dex.client("argo-cd"))[1]["groups"] for login in ("alice", "dave", "erin")}

    roles = {login: workflows[group] for login, (group,) in groups.items()}
    found = {
        action: " ".join(
            roles[login]
            for login, (group,) in groups.items()
            if argocd(policy, "can", group, action[1], action[0], action[2])
        )
        for action in ACTIONS
    }

    assert roles == {"alice": "admin", "dave": "developer", "erin": "readonly"}
    assert found == ACTIONS
