"""The committed manifests are what Kubernetes takes, by kubeconform's strict check, without the network."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Root
from tests.unit.core.seal import schemas
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


def test_committed_manifests_are_valid(kubeconform: str, root: Root, tmp_path: Path) -> None:
    assert root.launchpad("deploy").status == 0

    report = _check(kubeconform, root.folder / "manifests", tmp_path)

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
