"""`cluster status` and `cluster doctor` as a user calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.unit.fake_installation import World, kubeconfig, make_repository
from tests.unit.served_api import served
from tutor_launchpad.commands import launchpad
from tutor_launchpad.core.errors import NotFound, Unreachable


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(make_repository(tmp_path))


def _run(world: World, *words: str) -> Result:
    with served(world.api) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", str(kubeconfig(world.path.parent, address)))
        return CliRunner().invoke(launchpad, ["cluster", words[0], str(world.path), *words[1:]])


def test_status_is_a_table_or_one_document(world: World) -> None:
    world.install()

    text, document = _run(world, "status"), json.loads(_run(world, "status", "--output", "json").stdout)

    assert text.stdout.startswith("Cluster moon-production: Kubernetes v1.34.0, context moon\n  argo-cd ")
    assert (document["healthy"], document["outdated"]) == (True, [])
    assert {"name", "there", "keeper", "version", "wanted", "trouble"} == set(document["parts"][0])


@pytest.mark.parametrize(("words", "code"), [(["status"], 0), (["status", "--exit-code"], 1), (["doctor"], 1)])
def test_cluster_that_lacks_something_ends_with_status_1_where_that_is_asked(
    world: World, words: list[str], code: int
) -> None:
    assert _run(world, *words).exit_code == code


def test_doctor_tells_the_remedy_below_what_is_wrong(world: World) -> None:
    lines = _run(world, "doctor").stdout.splitlines()

    (at,) = (
        number for number, line in enumerate(lines) if line.split() == ["wrong", "argo-cd", "is", "not", "installed"]
    )
    assert lines[at + 1].split(maxsplit=1) == ["->", "tutor launchpad cluster install"]


def test_doctor_of_a_cluster_that_is_away_says_so_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(world.path.parent, "http://127.0.0.1:9")))

    result = CliRunner().invoke(launchpad, ["cluster", "doctor", str(world.path), "--output", "json"])

    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [(one["name"], one["verdict"]) for one in document["checks"]] == [("connection", "wrong")]
    assert "does not answer" in document["checks"][0]["what"]


def test_status_of_a_cluster_that_is_away_fails_with_its_address(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig(world.path.parent, "http://127.0.0.1:9")))

    result = CliRunner().invoke(launchpad, ["cluster", "status", str(world.path)])

    assert isinstance(result.exception, Unreachable)
    assert "127.0.0.1:9" in str(result.exception)


@pytest.mark.parametrize("verb", ["status", "doctor"])
def test_folder_that_is_no_repository_is_refused(verb: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(launchpad, ["cluster", verb, str(tmp_path)])

    assert isinstance(result.exception, NotFound)
