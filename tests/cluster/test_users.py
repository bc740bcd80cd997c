"""Users of the three roles, as Argo CD, Argo Workflows and Kubernetes take them."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.environment import Namespaces, kubectl
from tests.cluster.proxy import connect, current
from tests.cluster.small import as_yaml
from tests.unit.roles_table import ACTIONS
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.kubernetes_transport import Request, Response
from tutor_launchpad.core.access import Permission
from tutor_launchpad.core.argocd import API
from tutor_launchpad.core.cluster.components import ARGO_CD, ARGO_WORKFLOWS
from tutor_launchpad.core.errors import Forbidden, NotFound, Unreachable
from tutor_launchpad.core.users.argo_cd import POLICIES, SETTINGS
from tutor_launchpad.core.users.memberships import SYSTEMS
from tutor_launchpad.core.users.planning import Order
from tutor_launchpad.core.users.roles import ROLES
from tutor_launchpad.steps.users import Users, new_password

WORKFLOWS = "https:argo-server:2746"
VERBS = {
    ("get", "argoproj.io", "workflows", ""): "admin developer readonly",
    ("watch", "argoproj.io", "workflowtemplates", ""): "admin developer readonly",
    ("get", "", "pods", "log"): "admin developer",
    ("list", "", "events", ""): "admin developer",
    ("create", "argoproj.io", "workflows", ""): "admin",
    ("patch", "argoproj.io", "workflows", ""): "admin",
    ("delete", "argoproj.io", "workflows", ""): "admin",
    ("update", "argoproj.io", "workflowtemplates", ""): "admin",
    ("get", "", "secrets", ""): "",
    ("list", "", "secrets", ""): "",
    ("create", "", "pods", ""): "",
    ("create", "", "pods", "exec"): "",
    ("create", "", "serviceaccounts", "token"): "",
    ("create", "rbac.authorization.k8s.io", "rolebindings", ""): "",
}
"""Verb, group, resource and subresource in Launchpad's namespace → the roles that may."""


@dataclass(frozen=True)
class Login:
    """What a user was given."""

    name: str
    password: str
    api: str
    workflows: str


@dataclass(frozen=True)
class World:
    """The users of a cluster, whose Workflows part is in a namespace of the test's own."""

    users: Users
    cluster: Cluster
    namespace: str
    argo: Namespaces

    def create(self, role: str, systems: tuple[str, ...] = SYSTEMS) -> Login:
        """A user of this role with a token for both."""
        name = f"{self.namespace}-{role}"
        order = Order(name, generated=new_password(), tokens=(ARGO_CD,), days=1)
        values = {(one.system, one.kind): one.value for one in self.users.create(order, role, systems).credentials}
        return Login(
            name,
            values.get((ARGO_CD, "password"), ""),
            values.get((ARGO_CD, "token"), ""),
            values.get((ARGO_WORKFLOWS, "token"), ""),
        )

    def argo_cd(self, token: str, method: str, path: str, body: object = None) -> Response:
        """Ask Argo CD's API as whoever has this token."""
        headers = (("Content-Type", "application/json"), ("Cookie", f"argocd.token={token}"))
        server, root = self.users.api.address()
        request = Request(method, root + path, body=json.dumps(body or {}).encode(), headers=headers)
        return self.cluster.hasty.ask_service(self.argo.argo_cd, server, request)

    def log_in(self, login: Login) -> Response:
        """With the password."""
        return self.argo_cd("", "POST", "/api/v1/session", {"username": login.name, "password": login.password})

    def workflows(self, token: str, method: str, path: str) -> int:
        """The status of what Argo Workflows' server answers."""
        request = Request(method, path, headers=(("Cookie", f"authorization=Bearer {token}"),))
        return self.cluster.hasty.ask_service(self.argo.argo_workflows, WORKFLOWS, request).status


def eventually(happens: Callable[[], bool]) -> bool:
    """Argo CD hears of changes a moment later; the API server takes a token for ten seconds after it has seen it."""
    for _ in range(60):
        if happens():
            return True
        time.sleep(0.25)
    return False


@pytest.fixture
def world(cluster: Cluster, argo: Namespaces, namespace: str) -> Iterator[World]:
    """Afterwards no user of the test is left, and Argo CD's settings are as before."""
    names = [f"{namespace}-{role}" for role in ROLES]
    before = [cluster.get("v1", "ConfigMap", name, argo.argo_cd)["data"] for name in (SETTINGS, POLICIES)]
    users = Users.of(cluster, argo.argo_cd, namespace)
    yield World(users, cluster, namespace, argo)
    for name in names:
        try:
            users.delete(name)
        except NotFound:
            continue
    after = [cluster.get("v1", "ConfigMap", name, argo.argo_cd)["data"] for name in (SETTINGS, POLICIES)]
    assert [{key: data.get(key) for key in old} for data, old in zip(after, before, strict=True)] == before
    assert not [key for data in after for key in data if namespace in key]


@pytest.fixture
def application(world: World, git_remote: Callable[..., str], checkout: Callable[[str], Path]) -> str:
    """An Application of one ConfigMap that nobody has synced yet: `project/name`."""
    url = git_remote()
    tree = checkout(url)
    content = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "small"}, "data": {"a": "b"}}
    (tree / "map.yml").write_text(as_yaml(content))
    for words in (["add", "."], ["commit", "-qm", "One"], ["push", "-q", "origin", "main"]):
        subprocess.run(["git", "-C", str(tree), *words], check=True, capture_output=True)
    place = {"server": "https://kubernetes.default.svc", "namespace": world.namespace}
    metadata = {"name": world.namespace, "namespace": world.argo.argo_cd}
    project = {"sourceRepos": [url], "destinations": [place]}
    source = {"repoURL": url, "path": ".", "targetRevision": "main"}
    spec = {"project": world.namespace, "source": source, "destination": place}
    objects = [
        {"apiVersion": API, "kind": "AppProject", "metadata": metadata, "spec": project},
        {"apiVersion": API, "kind": "Application", "metadata": metadata, "spec": spec},
    ]
    kubectl("apply", "-f", "-", stdin=as_yaml(*objects))
    return f"{world.namespace}/{world.namespace}"


@pytest.fixture
def logins(world: World) -> dict[str, Login]:
    """A user of each role."""
    return {role: world.create(role) for role in ROLES}


def roles(may: Callable[[str], bool]) -> str:
    """Those for which it is so."""
    return " ".join(role for role in ROLES if may(role))


def test_argo_cd_allows_each_role_what_it_says(world: World, application: str, logins: dict[str, Login]) -> None:
    project, _, name = application.partition("/")

    def may(role: str, action: tuple[str, str, str]) -> bool:
        path = "/".join(action).replace("moon/moon", application).replace("/moon", f"/{project}")
        answer = world.argo_cd(logins[role].api, "GET", f"/api/v1/account/can-i/{path}")
        return (answer.document or {}).get("value") == "yes"

    def status(role: str, method: str, path: str) -> int:
        session = str((world.log_in(logins[role]).document or {})["token"])
        return world.argo_cd(session, method, f"/api/v1/applications/{name}{path}").status

    tried = [status(role, "GET", "") for role in ROLES]
    synced = [status(role, "POST", "/sync") for role in ("readonly", "developer")]
    deleted = [status(role, "DELETE", "?cascade=false") for role in ("readonly", "developer", "admin")]

    assert {action: roles(lambda role, action=action: may(role, action)) for action in ACTIONS} == ACTIONS  # type: ignore[misc]
    assert (tried, synced, deleted) == ([200, 200, 200], [403, 200], [403, 403, 200])


def test_kubernetes_and_argo_workflows_allow_each_role_what_it_says(
    world: World, logins: dict[str, Login], tmp_path: Path
) -> None:
    content, _ = current()
    asked = {key: Permission(*key[:3], world.namespace, key[3]) for key in VERBS}
    elsewhere = Permission("list", "argoproj.io", "workflows", world.argo.argo_cd)
    denied = {}
    for role in ROLES:
        content["users"][0]["user"] = {"token": logins[role].workflows}
        denied[role] = connect(content, tmp_path).can_i([*asked.values(), elsewhere])
    path = f"/api/v1/workflows/{world.namespace}"

    assert {key: roles(lambda role, key=key: asked[key] not in denied[role]) for key in VERBS} == VERBS  # type: ignore[misc]
    assert all(elsewhere in of_role for of_role in denied.values())
    assert [world.workflows(logins[role].workflows, "GET", path) for role in ROLES] == [200, 200, 200]


def test_access_ends_when_it_is_revoked_disabled_or_deleted(world: World, tmp_path: Path) -> None:
    alice = world.create("readonly")
    content, _ = current()
    content["users"][0]["user"] = {"token": alice.workflows}
    as_alice = connect(content, tmp_path)

    def refused() -> bool:
        return world.argo_cd(alice.api, "GET", "/api/v1/applications").status == 401

    before = refused()
    world.users.update(Order(alice.name, revoke=True))
    revoked = eventually(refused)
    password = world.log_in(alice).status
    world.users.update(Order(alice.name, enabled=False))
    locked = eventually(lambda: world.log_in(alice).status != 200)
    world.users.update(Order(alice.name, enabled=True))
    again = eventually(lambda: world.log_in(alice).status == 200)
    world.users.delete(alice.name)

    assert (before, revoked, password, locked, again) == (False, True, 200, True, True)
    assert eventually(lambda: world.log_in(alice).status == 401)
    with pytest.raises((Forbidden, Unreachable)):
        as_alice.list(API, "Workflow", world.namespace)


def test_second_run_changes_nothing(world: World) -> None:
    login = world.create("developer")

    again = world.users.create(Order(login.name, generated=new_password()), "developer", SYSTEMS)
    refreshed = world.users.update(Order(login.name, generated=new_password()))

    assert (again.changed, refreshed.changed) == (False, False)
