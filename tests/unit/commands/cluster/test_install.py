"""`tutor launchpad cluster install` as a user calls it, against an API server behind a socket."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner, Result

from tests.unit.fake_installation import SSH, World, kubeconfig, make_repository
from tests.unit.served_api import served
from tutor_launchpad.__about__ import __version__
from tutor_launchpad.adapters.manifests import Manifests
from tutor_launchpad.commands import launchpad
from tutor_launchpad.core.cluster.pins import Pin
from tutor_launchpad.core.errors import Interrupted, NotFound, Refused


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(make_repository(tmp_path, url=SSH))


@pytest.fixture(autouse=True)
def _kubeconfig(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with served(world.api) as address:
        monkeypatch.setenv("KUBECONFIG", str(kubeconfig(tmp_path, address)))
        yield


def _run(world: World, *words: str, path: Path | None = None) -> Result:
    mirror = ["--manifests", str(world.path.parent / "mirror")]
    root = SimpleNamespace(root=str(world.path.parent / "root"))
    return CliRunner().invoke(launchpad, ["cluster", "install", str(path or world.path), *mirror, *words], obj=root)


def test_installation_says_each_step_and_what_is_next(world: World) -> None:
    result = _run(world, "--yes")

    assert result.exit_code == 0, result.output
    assert "done      argo-cd" in result.stderr
    assert "Cluster moon-production is installed." in result.stdout
    assert "add this key to the repository's deploy keys, for reading only: ssh-ed25519 " in result.stdout
    assert "the WorkflowTemplates need the worker's image" in result.stdout
    assert "PRIVATE KEY" not in result.output


def test_result_is_one_json_document(world: World) -> None:
    _run(world, "--yes", "--worker-image", "worker:1")

    result = _run(world, "--context", "moon", "--output", "json")

    document = json.loads(result.stdout)
    assert (document["cluster"], document["changed"]) == ("moon-production", False)
    assert {one["status"] for one in document["steps"] if one["name"] != "look"} == {"unchanged"}


def test_worker_image_is_the_one_of_the_tutor_root(world: World) -> None:
    root = world.path.parent / "root"
    root.mkdir()
    (root / "config.yml").write_text("LAUNCHPAD_WORKER_IMAGE: worker:7\n")

    result = _run(world, "--yes")

    assert result.exit_code == 0, result.output
    assert "templates of worker:7" in result.stderr


def test_context_that_nobody_names_is_to_be_confirmed(world: World) -> None:
    result = _run(world)

    assert isinstance(result.exception, Refused)
    assert "Confirm it with --context moon or --yes." in str(result.exception)
    assert world.api.requests == []


def test_kubeconfig_of_the_repository_is_the_one_that_is_meant(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    (world.path.parent / "kubeconfig").rename(world.path / "kubeconfig")
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(world.path.parent, "http://127.0.0.1:9")))

    result = _run(world)

    assert result.exit_code == 0, result.output
    assert world.api.writes


@pytest.mark.parametrize(
    ("words", "kind", "sentence"),
    [
        (["--component", "backups"], Refused, "`tutor launchpad cluster update --with backups` changes that."),
        (["--manifests", "/nonexistent"], NotFound, "--manifests /nonexistent is no folder"),
        (["--credentials-file", "/nonexistent"], NotFound, "/nonexistent does not exist"),
    ],
)
def test_what_cannot_be_is_refused_before_the_cluster_is_asked(
    world: World, words: list[str], kind: type[Exception], sentence: str
) -> None:
    result = _run(world, "--yes", *words)

    assert isinstance(result.exception, kind)
    assert sentence in str(result.exception)
    assert world.api.requests == []


def test_repository_of_a_newer_launchpad_is_refused(world: World) -> None:
    file = world.path / "cluster.yml"
    file.write_text(re.sub(r"^launchpad: .*$", "launchpad: 99.1.0", file.read_text(), flags=re.MULTILINE))

    result = _run(world, "--yes")

    assert isinstance(result.exception, Refused)
    assert f"was written by Launchpad 99.1.0, and this is {__version__}: install that one or a later, with `pip" in str(
        result.exception
    )
    assert world.api.requests == []


def test_unknown_component_is_wrong_usage(world: World) -> None:
    assert _run(world, "--component", "vault").exit_code == 2


def test_folder_that_is_no_repository_says_how_to_make_one(world: World, tmp_path: Path) -> None:
    result = _run(world, "--yes", path=tmp_path)

    assert isinstance(result.exception, NotFound)
    assert "is no cluster repository: it has no cluster.yml." in str(result.exception)


def test_failure_is_told_in_json_with_what_was_done(world: World, tmp_path: Path) -> None:
    (tmp_path / "mirror" / "argo-workflows-v3.7.14.yaml").unlink()

    result = _run(world, "--yes", "--output", "json")

    document = json.loads(result.stdout)
    assert document["error"]["kind"] == "NotFound"
    assert [(one["name"], one["status"]) for one in document["steps"]] == [
        ("look", "done"),
        ("argo-cd", "done"),
        ("argo-workflows", "failed"),
    ]


@pytest.mark.parametrize("output", ["text", "json"])
def test_ctrl_c_tells_what_is_done_and_how_to_go_on(world: World, monkeypatch: pytest.MonkeyPatch, output: str) -> None:
    def interrupted(manifests: Manifests, pin: Pin) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(Manifests, "get", interrupted)

    result = _run(world, "--yes", "--output", output)

    assert isinstance(result.exception, Interrupted)
    assert str(result.exception).startswith(
        "Interrupted in step argo-cd; done until then: look.\nRun the same command again"
    )
    if output == "json":
        assert json.loads(result.stdout)["error"]["kind"] == "Interrupted"
