"""Teams log in by a stand-in for GitHub and the real Dex, to the real servers, with the rights of their roles."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.logins.installed import ARGO_CD, WORKFLOWS, Installed, repository
from tests.integration.logins.processes import Processes, free_port, redis, start_control_plane, tunnel
from tests.unit.browser import Browser
from tests.unit.cluster_repositories import write
from tests.unit.fake_github import Application, GitHub, served
from tests.unit.programs import find_program
from tests.unit.roles_table import ACTIONS
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.users.roles import ROLES
from tutor_launchpad.steps.cluster.patient import Patient
from tutor_launchpad.steps.cluster.repository import read_files
from tutor_launchpad.steps.cluster.sso_checks import check_login, check_workflows_login

pytestmark = pytest.mark.slow
PEOPLE = {
    "admin": ["moon/platform"],
    "developer": ["moon/night-shift"],
    "readonly": ["moon/support"],
    "none": ["moon/lunch"],
}
SUBMITTED = {"workflow": {"metadata": {"generateName": "x-"}, "spec": {
    "entrypoint": "x", "templates": [{"name": "x", "container": {"image": "registry.example.org/x"}}]
}}}  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installed]:
    """One for all tests."""
    for program in ("argo", "argocd", "dex"):
        find_program(program)
    folder = tmp_path_factory.mktemp("logins")
    processes, ports = Processes(folder), (free_port(), free_port(), free_port())
    application = Application("at-github", "secret-of-github", f"{ARGO_CD}/api/dex/callback")
    with ExitStack() as stack:
        stack.callback(processes.stop_all)
        github = stack.enter_context(served(GitHub(application, dict(PEOPLE)), folder / "github"))
        address, proxy = stack.enter_context(redis()), stack.enter_context(tunnel(ports[0]))
        made = Installed(start_control_plane(processes), processes, github, address, proxy, ports)
        made.install(repository())
        made.start_argo_cd()
        made.start_dex()
        made.start_workflows()
        yield made


def _may(browser: Browser, action: tuple[str, str, str]) -> bool:
    answer = browser.get(f"{ARGO_CD}/api/v1/account/can-i/{'/'.join(action)}")
    return bool(answer.json().get("value") == "yes")


def test_argo_cd_lets_teams_in_with_the_rights_of_their_role(world: Installed) -> None:
    browsers = {role: world.argo_cd(role) for role in ROLES}

    known = {role: one.get(f"{ARGO_CD}/api/v1/session/userinfo").json()["groups"] for role, one in browsers.items()}
    found = {action: " ".join(role for role, one in browsers.items() if _may(one, action)) for action in ACTIONS}

    assert known == {"admin": ["moon:platform"], "developer": ["moon:night-shift"], "readonly": ["moon:support"]}
    assert found == ACTIONS


@pytest.mark.parametrize(("name", "refused"), [("moon", ["readonly"]), ("cluster", ["developer", "readonly"])])
def test_argo_cd_syncs_for_those_who_may(world: Installed, name: str, refused: list[str]) -> None:
    world.make_application(name)
    path = f"{ARGO_CD}/api/v1/applications/{name}"
    browsers = {role: world.argo_cd(role) for role in ROLES}

    seen = {role: one.get(path).status_code for role, one in browsers.items()}
    tried = {role: one.post(f"{path}/sync", json={}) for role, one in browsers.items()}

    assert seen == dict.fromkeys(ROLES, 200)
    assert [role for role, one in tried.items() if one.status_code == 403] == refused
    # There is no repo server: whoever may sync is told that.
    assert all("resolving repo revision" in one.text for role, one in tried.items() if role not in refused)


def test_argo_workflows_lets_teams_in_with_the_rights_of_their_role(world: Installed) -> None:
    browsers, path = {role: world.workflows(role) for role in ROLES}, f"{WORKFLOWS}/api/v1/workflows"

    who = {role: one.get(f"{WORKFLOWS}/api/v1/userinfo").json()["serviceAccountName"] for role, one in browsers.items()}
    listed = {role: one.get(f"{path}/launchpad").status_code for role, one in browsers.items()}
    elsewhere = {role: one.get(f"{path}/argocd").status_code for role, one in browsers.items()}
    submitted = {role: one.post(f"{path}/launchpad", json=SUBMITTED).status_code for role, one in browsers.items()}

    assert who == {role: f"launchpad-team-{role}" for role in ROLES}
    assert listed == dict.fromkeys(ROLES, 200)
    assert elsewhere == dict.fromkeys(ROLES, 403)
    assert submitted == {"admin": 200, "developer": 403, "readonly": 403}


@pytest.mark.parametrize("system", ["argo_cd", "workflows"])
def test_whoever_is_in_no_listed_team_gets_no_session(world: Installed, system: str) -> None:
    browser: Browser = getattr(world, system)("none")

    assert str(browser.last.url) == f"{ARGO_CD}/login?has_sso_error=true"
    assert 'user \\"none\\" not in required orgs or teams' in (world.processes.folder / "dex.log").read_text()
    assert browser.get(f"{ARGO_CD}/api/v1/applications").status_code == 401
    assert browser.get(f"{WORKFLOWS}/api/v1/workflows/launchpad").status_code == 401


def test_doctor_finds_nothing_amiss_in_secrets_made_as_the_readme_says(
    world: Installed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(world.plane.kubeconfig()))
    patient = Patient(Cluster.connect(None), read_files(write(repository(), tmp_path)))

    found = [check(patient)[1] for check in (check_login, check_workflows_login)]

    # Nobody starts pods here, and the Deployments are those of the releases.
    assert found == [
        "argocd-dex-server is not yet looked at",
        "argo-server takes tokens only: it runs without --auth-mode=sso",
    ]


def test_logins_last_until_keys_and_servers_are_new(world: Installed) -> None:
    argo_cd, workflows = world.argo_cd("admin"), world.workflows("admin")

    def statuses() -> list[int]:
        paths = {f"{ARGO_CD}/api/v1/applications": argo_cd, f"{WORKFLOWS}/api/v1/workflows/launchpad": workflows}
        return [one.get(path).status_code for path, one in paths.items()]

    before = statuses()
    world.plane.kubectl("-n", "argo", "delete", "secret", "sso")
    for name, start in {
        "dex": world.start_dex,
        "argocd-server": world.start_argo_cd,
        "argo-server": world.start_workflows,
    }.items():
        world.processes.stop(name)
        start()

    assert (before, statuses()) == ([200, 200], [401, 401])
    assert world.argo_cd("admin").get(f"{ARGO_CD}/api/v1/applications").status_code == 200
