"""An installation makes what is missing, leaves alone what is others', and ends the same however often it is begun."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.fake_installation import HTTPS, MANIFESTS, World, definition, make_repository, pin
from tests.unit.fake_kubernetes import status
from tutor_launchpad.adapters.kubernetes_transport import Request
from tutor_launchpad.core.errors import Contested, Forbidden, LaunchpadError, NotFound, Refused, TimedOut, Unreachable


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(make_repository(tmp_path))


def test_empty_cluster_gets_everything(world: World) -> None:
    result = world.install()

    assert result.changed
    assert {name for name, how in world.ended().items() if how != "done"} == {"ready"}
    assert world.api.read("deployments", "argocd", "argocd-server")
    assert world.api.read("workflowtemplates", "launchpad", "launchpad-provision")
    names = [name for plural, _, name in world.api.objects if plural == "applications"]
    assert names == ["base", "cert-manager", "issuers", "harmony", "argo-workflows", "argo-cd", "cluster"]
    assert result.waiting == ()


def test_second_installation_writes_nothing_and_says_so(world: World) -> None:
    world.install()
    before = len(world.api.writes)

    result = world.install()

    assert not result.changed
    assert world.api.writes[before:] == []
    assert world.detail("argo-cd") == "v3.5.1: unchanged"


def test_what_defines_kinds_comes_before_what_needs_them_and_workloads_last(world: World) -> None:
    world.install()

    made = [path.rsplit("/", 2)[-2] for path in world.api.writes]
    assert made[:3] == ["namespaces", "customresourcedefinitions", "customresourcedefinitions"]
    assert made.index("deployments") > made.index("configmaps")


def test_installation_that_is_ended_anywhere_is_finished_by_the_next(world: World) -> None:
    world.install()
    wanted, writes = set(world.api.objects), len(world.api.writes)

    for allowed in range(0, writes, 4):
        begun = World(world.path)
        begun.api.answer = _ended_after(allowed)
        with pytest.raises(KeyboardInterrupt):
            begun.install()
        assert list(begun.ended().values())[-1] == "interrupted"
        begun.api.answer = lambda request: None
        begun.install()
        assert set(begun.api.objects) == wanted


def _ended_after(allowed: int) -> Callable[[Request], None]:
    """Ctrl-C instead of the write that comes after so many."""
    writes = iter(range(allowed))

    def answer(request: Request) -> None:
        if request.method != "GET" and next(writes, None) is None:
            raise KeyboardInterrupt

    return answer


def test_newer_pin_upgrades_and_tells_what_was_written(world: World, tmp_path: Path) -> None:
    world.install()
    text = (tmp_path / "mirror" / "argo-cd-v3.5.1.yaml").read_text().replace("argocd:v3.5.1", "argocd:v3.6.0")
    pin(world.path, tmp_path / "mirror", "argo-cd", text, "v3.6.0")

    result = world.install()

    assert result.changed
    assert world.detail("argo-cd") == "v3.6.0: 2 updated"
    assert world.detail("argo-workflows") == "v3.7.14: unchanged"


def test_repository_that_is_behind_does_not_take_the_cluster_back(world: World, tmp_path: Path) -> None:
    world.install()
    older = (tmp_path / "mirror" / "argo-cd-v3.5.1.yaml").read_text().replace("argocd:v3.5.1", "argocd:v3.4.0")
    pin(world.path, tmp_path / "mirror", "argo-cd", older, "v3.4.0")

    with pytest.raises(
        Refused, match=r"argo-cd v3\.5\.1 runs in the cluster, .* pinned to v3\.4\.0: pull the repository"
    ):
        world.install()

    assert world.install(force=True).changed


def test_what_is_not_committed_is_told(world: World) -> None:
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "Make"]):
        identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
        subprocess.run(["git", *identity, *command], cwd=world.path, check=True)
    assert not [text for text in world.install().next if "commit and push" in text]
    with (world.path / "cluster" / "argo-cd" / "settings.yml").open("a") as file:
        file.write("  more: x\n")

    result = world.install()

    assert "commit and push cluster/argo-cd/settings.yml: Argo CD runs what is pushed" in result.next


def test_other_bytes_than_pinned_are_refused_and_nothing_is_applied(world: World, tmp_path: Path) -> None:
    (tmp_path / "mirror" / "argo-cd-v3.5.1.yaml").write_text("kind: Other\n")

    with pytest.raises(
        Refused, match=r"argo-cd-v3\.5\.1\.yaml has the sha256 .* is pinned to .*: nothing of it was applied"
    ):
        world.install()
    assert world.api.writes == []


def test_mirror_without_the_file_says_which_names_it_may_have(world: World, tmp_path: Path) -> None:
    (tmp_path / "mirror" / "argo-cd-v3.5.1.yaml").unlink()

    with pytest.raises(NotFound, match=r"has neither argo-cd-v3\.5\.1\.yaml nor argo-cd/v3\.5\.1/install\.yaml"):
        world.install()


def test_foreign_argo_is_left_alone(world: World) -> None:
    world.make_foreign(definition("applications.argoproj.io"))
    world.make_foreign({**MANIFESTS["argo-cd"][-2], "metadata": {
        "name": "argocd-server", "namespace": "gitops", "labels": {"app.kubernetes.io/name": "argocd-server"}}})  # fmt: skip
    world.api.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "gitops"}})

    result = world.install()

    assert world.ended()["argo-cd"] == "skipped"
    assert world.detail("argo-cd") == "left alone: kept by helm; `--component argo-cd --force` takes it over"
    assert not [path for path in world.api.writes if "/argocd" in path]
    assert any("Argo CD runs in namespace gitops" in text for text in result.next)


def test_foreign_argo_is_taken_over_where_that_is_asked(world: World) -> None:
    world.make_foreign(definition("workflows.argoproj.io"), "kubectl")

    world.install(components=frozenset({"argo-workflows"}), force=True)

    assert world.api.read("deployments", "argo", "workflow-controller")
    assert "argo-workflows is taken over from kubectl" in world.said
    world.install()
    assert world.detail("argo-workflows") == "v3.7.14: unchanged"


def test_foreign_component_is_not_installed_a_second_time(world: World) -> None:
    world.make_foreign(definition("certificates.cert-manager.io"))

    result = world.install()

    applications = {name: obj for (plural, _, name), obj in world.api.objects.items() if plural == "applications"}
    assert list(applications) == ["base", "harmony", "argo-workflows", "argo-cd"]
    assert applications["base"]["spec"]["source"]["directory"] == {"exclude": "{cert-manager.yml,issuers.yml}"}
    assert (
        "Application cert-manager: left out, as cert-manager is in the cluster already, kept by helm" in result.waiting
    )
    assert any("`tutor launchpad cluster update --without cert-manager`" in text for text in result.next)


def test_only_the_component_that_is_named_is_installed(world: World) -> None:
    world.install(components=frozenset({"argo-workflows"}))

    assert {namespace for _, namespace, _ in world.api.objects} == {"", "argo"}
    assert world.ended()["argo-cd"] == world.ended()["launchpad"] == "skipped"


def test_component_that_argo_cd_keeps_is_argo_cds_to_write(world: World, tmp_path: Path) -> None:
    world.install()
    for (plural, _, name), obj in world.api.objects.items():
        obj["metadata"].setdefault("annotations", {})["argocd.argoproj.io/tracking-id"] = (
            f"argo-cd:x/{plural}:argocd/{name}"
        )
    pin(
        world.path,
        tmp_path / "mirror",
        "argo-cd",
        (tmp_path / "mirror" / "argo-cd-v3.5.1.yaml").read_text() + "\n",
        "v9.0.0",
    )
    before = len(world.api.writes)

    world.install()

    assert world.detail("argo-cd") == "v9.0.0: kept by Argo CD, from the repository"
    assert not [path for path in world.api.writes[before:] if "argocd" in path]


def test_fields_of_others_are_not_taken_without_force(world: World) -> None:
    world.install()
    world.api.edit(("deployments", "argocd", "argocd-server"), {"spec": {"replicas": 3}}, by="somebody")

    with pytest.raises(Contested, match=r"spec.replicas \(by somebody\).*`--force` takes these fields"):
        world.install()
    world.install(force=True)

    assert world.api.read("deployments", "argocd", "argocd-server")["spec"]["replicas"] == 1


def test_workload_that_does_not_start_is_named_with_what_it_lacks(world: World) -> None:
    world.slow.add("workflow-controller")

    with pytest.raises(
        TimedOut, match="Not ready after 60 s: Deployment argo/workflow-controller has 0 of 1 pods ready"
    ):
        world.install(timeout=60.0)
    assert list(world.ended()) == ["look", "argo-cd", "argo-workflows", "launchpad", "repository", "ready"]


def test_nothing_of_a_kind_is_made_before_the_api_serves_it(world: World) -> None:
    world.unserved.add("workflows.argoproj.io")

    with pytest.raises(TimedOut, match=r"The API does not serve workflows\.argoproj\.io 60 s after it was defined"):
        world.install()
    assert not [path for path in world.api.writes if "/namespaces/argo/" in path]


def test_nobody_waits_for_dex_without_single_sign_on(world: World) -> None:
    world.slow.add("argocd-dex-server")

    assert world.install().changed


def test_application_that_cannot_be_synced_waits_and_does_not_fail(world: World) -> None:
    world.errors = {"harmony": "rpc error: chart cannot be pulled", "base": "authentication required"}

    result = world.install()

    assert "Application harmony: rpc error: chart cannot be pulled" in result.waiting
    assert "Application base: cannot read the repository: authentication required" in result.waiting
    assert any(f"push this repository to {HTTPS}" in text for text in result.next)


@pytest.mark.parametrize(
    ("code", "reason", "kind", "sentence"),
    [
        (403, "Forbidden", Forbidden, "You may not get CustomResourceDefinition applications.argoproj.io"),
        (500, "InternalError", Unreachable, "Step look is not finished: run the same command again"),
        (401, "Unauthorized", Unreachable, "does not accept the credentials"),
    ],
)
def test_refusing_cluster_is_told_from_one_that_has_nothing(
    world: World, code: int, reason: str, kind: type[LaunchpadError], sentence: str
) -> None:
    world.api.answer = lambda request: status(code, reason, "no")

    with pytest.raises(kind, match=sentence):
        world.install()
    assert world.api.writes == []
