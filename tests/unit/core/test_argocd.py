"""Repository Secrets and the templates of Application and AppProject."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import tutor.env
from tutor import hooks
from tutor.core.hooks import Context

import tutor_launchpad
from tutor_launchpad.core.argocd import (
    RepositoryCredentials,
    application_objects,
    operation,
    repository_secret,
    repository_secret_name,
    secret_for,
)
from tutor_launchpad.core.errors import LaunchpadError

URL = "https://git.example.org/team/cluster.git"
CONFIG: dict[str, Any] = {
    "ID": "AbC",
    "LAUNCHPAD_URL": URL,
    "LAUNCHPAD_INSTANCE": "alpha",
    "LAUNCHPAD_ARGOCD_NAMESPACE": "argocd",
    "LAUNCHPAD_BRANCH": "main",
    "LAUNCHPAD_AUTO_SYNC": True,
    "LAUNCHPAD_CLUSTER_RESOURCES": [],
}


@pytest.fixture
def patches() -> Iterator[Callable[[str, str], None]]:
    """Adds Tutor patches and our templates for one test."""
    context = Context("test:argocd")
    with context.enter():
        hooks.Filters.ENV_TEMPLATE_ROOTS.add_item(str(Path(tutor_launchpad.__file__).parent / "templates"))

    def add(name: str, text: str) -> None:
        with context.enter():
            hooks.Filters.ENV_PATCHES.add_item((name, text))
        hooks.Actions.PLUGIN_LOADED.do("test")  # empties Tutor's cache of patches

    yield add
    hooks.Filters.ENV_TEMPLATE_ROOTS.clear(context=context.name)
    hooks.Filters.ENV_PATCHES.clear(context=context.name)
    hooks.Actions.PLUGIN_LOADED.do("test")


def render(**changes: Any) -> Callable[[str], str]:
    return lambda name: str(tutor.env.render_file({**CONFIG, **changes}, *name.split("/")))


@pytest.mark.usefixtures("patches")
def test_application_follows_the_branch_and_syncs_itself() -> None:
    _, application = application_objects(render())

    assert "finalizers" not in application["metadata"]
    assert application["metadata"]["annotations"] == {
        "launchpad.openedx.org/id": "AbC",
        "argocd.argoproj.io/manifest-generate-paths": ".",
    }
    assert application["spec"]["source"] == {
        "repoURL": URL,
        "targetRevision": "refs/heads/main",
        "path": "instances/alpha/manifests",
    }
    assert application["spec"]["syncPolicy"]["automated"] == {"enabled": True, "prune": True, "selfHeal": True}
    assert application["spec"]["syncPolicy"]["retry"]["refresh"] is True
    assert application["spec"]["syncPolicy"]["syncOptions"] == ["ServerSideApply=true", "PruneLast=true"]


@pytest.mark.usefixtures("patches")
def test_application_without_auto_sync_has_no_automation() -> None:
    _, application = application_objects(render(LAUNCHPAD_AUTO_SYNC=False))

    assert "automated" not in application["spec"]["syncPolicy"]


@pytest.mark.usefixtures("patches")
def test_project_allows_this_repository_and_namespace_only() -> None:
    project, _ = application_objects(render())

    assert project["spec"]["sourceRepos"] == [URL]
    assert project["spec"]["destinations"] == [{"server": "https://kubernetes.default.svc", "namespace": "alpha"}]
    assert project["spec"]["clusterResourceWhitelist"] == []
    assert [f"{item['group']}/{item['kind']}" for item in project["spec"]["namespaceResourceBlacklist"]] == [
        "*/Role",
        "*/RoleBinding",
        "/LimitRange",
        "/ResourceQuota",
        "*/NetworkPolicy",
        "cilium.io/*",
        "crd.projectcalico.org/*",
        "projectcalico.org/*",
    ]


@pytest.mark.usefixtures("patches")
def test_project_allows_the_kinds_of_listed_cluster_resources() -> None:
    entries = ["ClusterRole/vector", "PriorityClass/vector", "ClusterRole/other"]

    project, _ = application_objects(render(LAUNCHPAD_CLUSTER_RESOURCES=entries))

    assert project["spec"]["clusterResourceWhitelist"] == [
        {"group": "*", "kind": "ClusterRole"},
        {"group": "*", "kind": "PriorityClass"},
    ]


@pytest.mark.usefixtures("patches")
@pytest.mark.parametrize(
    ("entries", "refused"),
    [(["Role/x"], {"RoleBinding"}), (["RoleBinding/x", "Role/y"], set()), (["ClusterRole/x"], {"Role", "RoleBinding"})],
)
def test_project_takes_rights_only_of_a_listed_kind(entries: list[str], refused: set[str]) -> None:
    project, _ = application_objects(render(LAUNCHPAD_CLUSTER_RESOURCES=entries))

    kinds = {item["kind"] for item in project["spec"]["namespaceResourceBlacklist"]}
    assert kinds & {"Role", "RoleBinding"} == refused


def test_patches_extend_the_objects(patches: Callable[[str, str], None]) -> None:
    patches("launchpad-application-spec", "ignoreDifferences:\n- kind: ConfigMap\n  jsonPointers: [/data]")
    patches("launchpad-application-labels", "team: blue")
    patches("launchpad-application-sync-options", "- Validate=false")
    patches("launchpad-appproject-spec", "orphanedResources:\n  warn: false")

    project, application = application_objects(render())

    assert application["spec"]["ignoreDifferences"] == [{"kind": "ConfigMap", "jsonPointers": ["/data"]}]
    assert application["metadata"]["labels"]["team"] == "blue"
    assert application["spec"]["syncPolicy"]["syncOptions"][-1] == "Validate=false"
    assert project["spec"]["orphanedResources"] == {"warn": False}


def test_patch_that_breaks_the_yaml_is_named(patches: Callable[[str, str], None]) -> None:
    patches("launchpad-application-spec", "a: [")

    with pytest.raises(LaunchpadError, match=r"launchpad/application.yml does not give YAML .*launchpad-application-"):
        application_objects(render())


def test_repository_secret_holds_only_what_is_given() -> None:
    secret = repository_secret(URL, RepositoryCredentials("bot", "geheim"), "argocd")

    assert {name: b64decode(value).decode() for name, value in secret["data"].items()} == {
        "type": "git",
        "url": URL,
        "username": "bot",
        "password": "geheim",
    }
    assert "geheim" not in repr(RepositoryCredentials("bot", "geheim"))


@pytest.mark.parametrize(
    "other",
    [
        URL,
        URL.removesuffix(".git"),
        "https://GIT.example.org/team/cluster/",
        "https://bot@git.example.org/team/cluster.git",
    ],
)
def test_secret_for_the_same_address_is_found_however_it_is_written(other: str) -> None:
    secrets = [
        {"metadata": {}},
        repository_secret("https://elsewhere/x", None, "n"),
        repository_secret(other, None, "n"),
    ]

    assert secret_for(URL, secrets) is secrets[2]
    assert repository_secret_name(other) == repository_secret_name(URL)


def test_ssh_addresses_in_both_forms_are_one() -> None:
    assert repository_secret_name("git@host:team/cluster.git") == repository_secret_name("ssh://git@host/team/cluster")
    assert secret_for(URL, [repository_secret("git@git.example.org:team/cluster.git", None, "n")]) is None


@pytest.mark.usefixtures("patches")
def test_operation_takes_the_options_of_the_application() -> None:
    _, application = application_objects(render())

    body = operation(application, "abc", "run-1")

    assert body["sync"]["revision"] == "abc"
    assert body["sync"]["syncOptions"] == application["spec"]["syncPolicy"]["syncOptions"]
    assert body["retry"] == application["spec"]["syncPolicy"]["retry"]
