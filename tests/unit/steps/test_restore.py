"""Objects that somebody edited by hand: what is ours comes back and is told, what is theirs stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.fake_argocd import APPLICATION, World, run
from tests.unit.fake_deployment import URL, make_deployment, said
from tests.unit.fake_kubernetes import FakeApi
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.core.argocd import repository_secret_name
from tutor_launchpad.core.errors import Conflict
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.namespace import run_namespace

PROJECT = ("appprojects", "argocd", "alpha")
POLICY = ("networkpolicies", "alpha", "launchpad-egress")

EDITS = {
    "another revision": (
        APPLICATION,
        {"spec": {"source": {"repoURL": "https://elsewhere"}}},
        "Application alpha: put back spec.source.repoURL (by kubectl-edit)",
    ),
    "other options": (
        APPLICATION,
        {"spec": {"syncPolicy": {"retry": {"limit": 1}}}},
        "Application alpha: put back spec.syncPolicy.retry.limit (by kubectl-edit)",
    ),
    "auto-sync removed": (
        APPLICATION,
        {"spec": {"syncPolicy": {"automated": None}}},
        "Application alpha updated (spec.syncPolicy.automated)",
    ),
    "project widened": (
        PROJECT,
        {"spec": {"sourceRepos": ["*"]}},
        "AppProject alpha: put back spec.sourceRepos (by kubectl-edit)",
    ),
}


@pytest.mark.parametrize(("key", "change", "told"), EDITS.values(), ids=EDITS)
def test_edit_of_what_is_ours_is_put_back_and_told(key: Any, change: Object, told: str) -> None:
    world = World().deployed()
    before = world.api.read(*key)["spec"]
    world.api.edit(key, change)
    world.moves = [lambda w: w.status()]
    deployment = make_deployment(world.api)

    assert run(world, deployment)[0] is Status.DONE

    assert world.api.read(*key)["spec"] == before
    assert told in said(deployment)


@pytest.mark.parametrize("key", [APPLICATION, PROJECT], ids=["Application", "AppProject"])
def test_what_others_added_stays_and_is_no_change(key: Any) -> None:
    world = World().deployed()
    theirs: Object = {"metadata": {"annotations": {"example.org/note": "mine"}}, "spec": {"info": [{"name": "n"}]}}
    world.api.edit(key, theirs)

    assert run(world)[0] is Status.UNCHANGED

    assert world.api.read(*key)["metadata"]["annotations"]["example.org/note"] == "mine"
    assert world.api.read(*key)["spec"]["info"] == [{"name": "n"}]
    assert world.api.writes == []


HALTED = {
    "paused": (
        {"annotations": {"argocd.argoproj.io/skip-reconcile": "true"}},
        r"is paused: .* `kubectl -n argocd annotate application alpha argocd.argoproj.io/skip-reconcile-`",
    ),
    "being deleted": (
        {"deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["resources-finalizer.argocd.argoproj.io"]},
        r"is being deleted and waits for resources-finalizer\.argocd",
    ),
}


@pytest.mark.parametrize(("metadata", "text"), HALTED.values(), ids=HALTED)
def test_application_that_argo_cd_would_not_act_on_is_refused_untouched(metadata: Object, text: str) -> None:
    world = World().deployed()
    world.api.edit(APPLICATION, {"metadata": metadata})

    with pytest.raises(Conflict, match=text):
        run(world)
    assert world.api.writes == []


def test_object_that_another_root_took_meanwhile_is_not_forced() -> None:
    world = World().deployed()
    world.api.edit(APPLICATION, {"spec": {"source": {"repoURL": "https://elsewhere"}}})

    def take(request: Request) -> None:
        if request.method == "PATCH" and ("force", "false") in request.query:
            world.api.after = lambda request: None
            world.api.edit(APPLICATION, {"metadata": {"annotations": {"launchpad.openedx.org/id": "XyZ"}}})

    world.api.after = take

    with pytest.raises(Conflict, match="of the Tutor root with ID 'XyZ'"):
        run(world)
    assert world.api.read(*APPLICATION)["spec"]["source"]["repoURL"] == "https://elsewhere"


def test_write_of_argo_cd_meanwhile_only_delays_the_restoring() -> None:
    world = World().deployed()
    world.api.edit(APPLICATION, {"spec": {"source": {"repoURL": "https://elsewhere"}}})
    world.moves = [lambda w: w.status()]
    writes: list[Request] = []

    def write(request: Request) -> None:
        if request.method == "PATCH" and ("force", "false") in request.query and len(writes) < 2:
            writes.append(request)
            world.api.put(world.api.read(*APPLICATION))

    world.api.after = write

    assert run(world)[0] is Status.DONE
    assert len(writes) == 2


def test_policy_edited_or_deleted_by_hand_comes_back() -> None:
    api = FakeApi()
    run_namespace(make_deployment(api))
    before = api.read(*POLICY)["spec"]
    api.edit(POLICY, {"spec": {"egress": [{}]}})
    del api.objects["networkpolicies", "alpha", "launchpad-ingress"]

    outcome = run_namespace(make_deployment(api))

    assert outcome[0] is Status.DONE
    assert "NetworkPolicy launchpad-egress: put back spec.egress (by kubectl-edit)" in outcome[1]
    assert "NetworkPolicy launchpad-ingress created" in outcome[1]
    assert api.read(*POLICY)["spec"] == before


def test_namespace_that_another_tool_labels_otherwise_is_left_to_people() -> None:
    api = FakeApi()
    run_namespace(make_deployment(api))
    label = "pod-security.kubernetes.io/enforce"
    api.edit(("namespaces", "", "alpha"), {"metadata": {"labels": {label: "restricted"}}}, by="policy-tool")

    with pytest.raises(Conflict, match=rf"metadata.labels.{label} \(by policy-tool\)"):
        run_namespace(make_deployment(api))
    assert api.read("namespaces", "", "alpha")["metadata"]["labels"][label] == "restricted"


def _deleted(world: World) -> None:
    del world.api.objects[APPLICATION]


def _paused(world: World) -> None:
    world.api.edit(APPLICATION, {"metadata": HALTED["paused"][0]})


@pytest.mark.parametrize(
    ("meanwhile", "text"),
    [(_deleted, "was deleted while it was waited for: deploy again"), (_paused, "is paused: its annotation")],
    ids=["deleted", "paused"],
)
def test_application_that_is_halted_while_it_is_waited_for_ends_the_wait(meanwhile: Any, text: str) -> None:
    world = World().deployed()
    world.status("OutOfSync", "Progressing", revision="b" * 40)
    world.moves = [meanwhile]

    with pytest.raises(Conflict, match=text):
        run(world)
    assert world.now == 2.0


def test_repository_secret_that_somebody_changed_is_left_to_people(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text("https://reader:geheim@git.example.org\n")
    world = World().deployed()
    deployment = make_deployment(world.api, repository_credentials_file=str(file))
    world.moves = [lambda w: w.status()]
    run(world, deployment)
    key = ("secrets", "argocd", repository_secret_name(URL))
    world.api.edit(key, {"data": {"password": "bmV3ZXI="}})

    with pytest.raises(
        Conflict, match=r"Cannot apply Secret .*set fields of it otherwise: data.password \(by kubectl"
    ) as caught:
        run(world, deployment)
    assert world.api.read(*key)["data"]["password"] == "bmV3ZXI="
    assert "geheim" not in str(caught.value)
