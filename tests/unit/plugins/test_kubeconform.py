"""The committed manifests are what Kubernetes takes, by kubeconform's strict check, without the network."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit import schemas
from tests.unit.plugins.combinations import COMBINATIONS, ON_SERVERS, SERVERS
from tests.unit.plugins.conftest import Render
from tests.unit.plugins.rendering import Rendering
from tests.unit.programs import find_program

# Of cert-manager, whose schema comes with its CRDs: a cluster's dry run looks at it (tests/cluster).
FOREIGN = {"Issuer"}


@pytest.fixture(scope="module")
def kubeconform() -> str:
    return find_program("kubeconform")


def _check(program: str, folder: Path, tmp_path: Path) -> dict[str, Any]:
    """kubeconform's report on the objects in a folder."""
    objects = [yaml.safe_load(path.read_text()) for path in folder.glob("*.yml")]
    kinds = {(item["apiVersion"], item["kind"]) for item in objects}
    known = tmp_path / "schemas"
    known.mkdir()
    assert set(schemas.write_schemas(known, sorted(kinds))) <= FOREIGN
    location = str(known / schemas.LOCATION)
    options = ["-strict", "-summary", "-output", "json", "-schema-location", location, "-skip", ",".join(FOREIGN)]
    ran = subprocess.run([program, *options, str(folder)], capture_output=True, text=True, timeout=60, check=False)
    report: dict[str, Any] = json.loads(ran.stdout)
    return report


@pytest.mark.parametrize("plugins", COMBINATIONS.values(), ids=COMBINATIONS)
def test_recorded_manifests_are_valid(kubeconform: str, render: Render, tmp_path: Path, plugins: str) -> None:
    _assert_valid(kubeconform, render(plugins), tmp_path)


def test_recorded_manifests_of_an_instance_on_servers_are_valid(
    kubeconform: str, render: Render, tmp_path: Path
) -> None:
    _assert_valid(kubeconform, render(ON_SERVERS, servers=SERVERS), tmp_path)


def _assert_valid(kubeconform: str, rendering: Rendering, tmp_path: Path) -> None:
    """The sealed Secrets too, though Git does not hold them."""
    folder = tmp_path / "manifests"
    folder.mkdir()
    for number, item in enumerate([*rendering.manifests, *rendering.secrets]):
        (folder / f"{number}.yml").write_text(yaml.safe_dump(item))

    report = _check(kubeconform, folder, tmp_path)

    assert report.get("resources", []) == []
    assert report["summary"]["valid"] > 40
    assert {name: report["summary"][name] for name in ("invalid", "errors")} == {"invalid": 0, "errors": 0}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"specs": {}}, "additional properties 'specs' not allowed"),
        ({"spec": {"template": {}}}, "missing propert"),
        ({"spec": "x"}, "want"),
    ],
    ids=["unknown", "missing", "type"],
)
def test_invalid_object_is_found(kubeconform: str, tmp_path: Path, change: dict[str, Any], message: str) -> None:
    folder = tmp_path / "manifests"
    folder.mkdir()
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x"}, **change}
    (folder / "x.yml").write_text(yaml.safe_dump(deployment))

    report = _check(kubeconform, folder, tmp_path)

    assert report["summary"]["invalid"] == 1
    assert message in report["resources"][0]["msg"]
