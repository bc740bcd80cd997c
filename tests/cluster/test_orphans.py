"""Names of an instance whose folder and Tutor root are gone: seen from another root, and freed."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.environment import Namespaces
from tests.cluster.instances import Whole, missing_servers, register_servers
from tests.conftest import Root


@pytest.fixture
def make_bare(make_root: Callable[..., Root], argo: Namespaces) -> Callable[..., Whole]:
    """Makes a root that provisions and is never deployed; its ID is the instance's name."""

    def make(folder: str, name: str, **settings: object) -> Whole:
        root = make_root(folder, plugins="")
        image = os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"]
        root.set(K8S_NAMESPACE=name, ID=name, LAUNCHPAD_WORKER_IMAGE=image, **settings)
        return Whole(name, root)

    return make


def inspected(whole: Whole) -> dict[str, Any]:
    ran = whole.launchpad("inspect", "--orphans", "--output", "json")
    assert ran.status == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def owners(found: dict[str, Any], name: str) -> list[tuple[str, dict[str, list[str]]]]:
    """Standing and names of one instance: the cluster has others too."""
    return [(one["standing"], one["names"]) for one in found["owners"] if one["instance"] == name]


def commit(folder: Path, *words: str) -> None:
    for command in (words, ("commit", "--quiet", "--message", "x"), ("push", "--quiet", "origin", "main")):
        subprocess.run(["git", "-C", str(folder), *command], check=True, capture_output=True)


@pytest.mark.skipif(bool(missing_servers()), reason=f"no servers to provision on: set {', '.join(missing_servers())}")
def test_names_outlive_their_folder_and_are_freed_without_their_root(
    make_bare: Callable[..., Whole], git_remote: Callable[..., str], checkout: Callable[[str], Path], run_id: str
) -> None:
    url, server, name = git_remote(), f"left-{run_id}", f"left-{run_id}"
    used = {"LAUNCHPAD_REPOSITORY": url, "LAUNCHPAD_MYSQL_SERVER": server}
    root, other = make_bare("root", name, **used), make_bare("other", f"other-{run_id}", **used)
    register_servers(root, server)
    made = root.launchpad("provision", "--resource", "mysql", "--yes")
    assert made.status == 0, made.stderr

    alone = inspected(other)
    clone = checkout(url)
    (clone / "instances" / name).mkdir(parents=True)
    (clone / "instances" / name / "launchpad.json").write_text(json.dumps({"id": name}))
    commit(clone, "add", ".")
    recorded = inspected(other)
    commit(clone, "rm", "-r", "--quiet", f"instances/{name}")
    removed = inspected(other)
    freed = make_bare("empty", name).launchpad("deprovision", "--delete-data", "--yes")

    schema = name.replace("-", "_")
    names = {f"mysql/{server}": [f"database/{schema}__openedx", f"user/{schema}__openedx"]}
    assert owners(alone, name) == [("undeployed", names)]
    assert owners(recorded, name) == []
    assert owners(removed, name) == [("removed", names)]
    assert all(schema not in str(found["orphans"]) for found in (alone, recorded, removed))
    assert freed.status == 0, freed.stderr
    assert owners(inspected(other), name) == []
    assert schema not in str(inspected(other)["orphans"])
