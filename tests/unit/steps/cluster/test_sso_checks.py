"""The doctor finds what keeps people from logging in by GitHub, and names the remedy."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.cluster_repositories import rendered
from tests.unit.fake_installation import World, make_repository, quick_files
from tutor_launchpad.core.cluster.diagnosis import Checked, Verdict
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.cluster.doctor import diagnose

LABEL = {"app.kubernetes.io/part-of": "argocd"}
READY = {"availableReplicas": 1, "updatedReplicas": 1}
PAIR = {"client-id": "argo-workflows-sso", "client-secret": "shared"}
Change = Callable[[World], object]


def _secret(namespace: str, name: str, **more: Any) -> Object:
    data = {key: base64.b64encode(value.encode()).decode() for key, value in more.pop("data").items()}
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": namespace, **more},
        "data": data,
    }


def _settings(path: str, namespace: str) -> Object:
    content: Object = next(iter(yaml.safe_load_all(rendered("existing-sso")[f"cluster/{path}/settings.yml"])))
    content["metadata"]["namespace"] = namespace
    return content


def _deployment(namespace: str, name: str, *arguments: str) -> Object:
    template = {"spec": {"containers": [{"name": name, "args": list(arguments)}]}}
    metadata = {"name": name, "namespace": namespace}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata,
        "spec": {"template": template},
        "status": READY,
    }


GITHUB = {"clientID": "id", "clientSecret": "secret"}
OBJECTS = [
    _secret("argocd", "github-sso", data=GITHUB, labels=LABEL),
    _secret("argocd", "argo-workflows-sso", data=PAIR),
    _secret("argo", "argo-workflows-sso", data=PAIR),
    _settings("argo-cd", "argocd"),
    _settings("argo-workflows", "argo"),
    _deployment("argocd", "argocd-dex-server"),
    _deployment("argo", "argo-server", "server", "--auth-mode=sso"),
]


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A cluster in which people can log in."""
    world = World(make_repository(tmp_path, "existing-sso"))
    for obj in OBJECTS:
        world.api.put(obj)
    return world


def _diagnose(world: World) -> dict[str, Checked]:
    return {one.name: one for one in diagnose(world.api.cluster, quick_files(world.path)) if one.name.startswith("sso")}


def _remove(plural: str, namespace: str, name: str) -> Change:
    return lambda world: world.api.objects.pop((plural, namespace, name))


def _put(obj: Object) -> Change:
    return lambda world: world.api.put(obj)


def _set(plural: str, namespace: str, name: str, **data: str | None) -> Change:
    return lambda world: world.api.edit((plural, namespace, name), {"data": data})


def _url(url: str | None) -> Change:
    return _set("configmaps", "argocd", "argocd-cm", url=url)


DEX, WORKFLOWS = "sso", "sso-workflows"
AS_README = "make it as README.md says"
FAULTS: list[tuple[str, Change, str, str]] = [
    (DEX, _remove("secrets", "argocd", "github-sso"), "there is no Secret github-sso in namespace argocd", AS_README),
    (DEX, _put(_secret("argocd", "github-sso", data={"clientID": "id"}, labels=LABEL)), "has no clientSecret", AS_README),
    (DEX, _put(_secret("argocd", "github-sso", data={**GITHUB, "clientSecret": "s\n"}, labels=LABEL)),
     "clientSecret of Secret github-sso in namespace argocd begins or ends with a blank or line break", AS_README),
    (DEX, _put(_secret("argocd", "github-sso", data=GITHUB)), "lacks the label app.kubernetes.io/part-of=argocd",
     "kubectl -n argocd label secret github-sso app.kubernetes.io/part-of=argocd"),
    (DEX, _url(None), "does not know its address: ConfigMap argocd-cm has no url", "cluster install --component argo-cd"),
    (DEX, _url("http://argocd.learn.example.com"), "must begin with https://", "cluster install --component argo-cd"),
    (DEX, _url("https://cd.example.com"), "https://cd.example.com, but https://argocd.learn.example.com in this repository",
     "cluster install --component argo-cd"),
    (DEX, _set("configmaps", "argocd", "argocd-cm", **{"dex.config": None}), "has no dex.config", "--component argo-cd"),
    (DEX, _put({**_deployment("argocd", "argocd-dex-server"), "status": {}}), "argocd-dex-server has 0 of 1 pods ready",
     "kubectl -n argocd logs deployment/argocd-dex-server"),
    (WORKFLOWS, _remove("secrets", "argocd", "argo-workflows-sso"), "argo-workflows-sso in namespace argocd", AS_README),
    (WORKFLOWS, _remove("secrets", "argo", "argo-workflows-sso"), "argo-workflows-sso in namespace argo", AS_README),
    (WORKFLOWS, _put(_secret("argo", "argo-workflows-sso", data={"client-secret": "shared"})), "has no client-id", AS_README),
    (WORKFLOWS, _put(_secret("argo", "argo-workflows-sso", data={**PAIR, "client-id": "x"})), "is not argo-workflows-sso",
     AS_README),
    (WORKFLOWS, _put(_secret("argo", "argo-workflows-sso", data={**PAIR, "client-secret": "other"})),
     "is not the same in namespaces argocd and argo", "delete both, and make it as README.md says"),
    (WORKFLOWS, _set("configmaps", "argo", "workflow-controller-configmap", sso=None), "has no sso",
     "--component argo-workflows"),
    (WORKFLOWS, _put(_deployment("argo", "argo-server", "server")), "runs without --auth-mode=sso", "--component argo-workflows"),
    (WORKFLOWS, _remove("deployments", "argo", "argo-server"), "argo-server is not there", "cluster install"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "break_it", "what", "remedy"), FAULTS, ids=[f"{fault[0]}: {fault[2]}" for fault in FAULTS]
)
def test_what_keeps_people_out_is_found_with_its_remedy(
    world: World, name: str, break_it: Change, what: str, remedy: str
) -> None:
    break_it(world)

    found = _diagnose(world)[name]

    assert found.verdict is Verdict.WRONG
    assert what in found.what
    assert remedy in found.remedy


def test_cluster_in_which_people_log_in_passes(world: World) -> None:
    found = _diagnose(world)

    assert {name: (one.verdict, one.what) for name, one in found.items()} == {
        DEX: (Verdict.FINE, "the teams of moon log in to Argo CD"),
        WORKFLOWS: (Verdict.FINE, "the teams of moon log in to Argo Workflows"),
    }


def test_no_value_of_a_secret_is_shown(world: World) -> None:
    for namespace in ("argocd", "argo"):
        world.api.put(_secret(namespace, "argo-workflows-sso", data={**PAIR, "client-secret": f"of-{namespace}"}))

    found = _diagnose(world)[WORKFLOWS]

    assert "of-argo" not in f"{found.what} {found.remedy}"


@pytest.mark.parametrize(
    ("combination", "verdicts"),
    [
        ("existing-default", [Verdict.UNUSED, Verdict.UNUSED]),
        ("existing-sso-own-workflows", [Verdict.FINE, Verdict.UNUSED]),
    ],
)
def test_what_the_repository_does_not_want_is_not_looked_at(
    tmp_path: Path, combination: str, verdicts: list[Verdict]
) -> None:
    world = World(make_repository(tmp_path, combination))
    for obj in OBJECTS:
        world.api.put(obj)

    assert [one.verdict for one in _diagnose(world).values()] == verdicts
