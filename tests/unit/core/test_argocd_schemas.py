"""Our Argo CD objects fit the schemas of its custom resources, of each release whose install manifest is named."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tutor.env
import yaml
from tutor import hooks
from tutor.core.hooks import Context

import tutor_launchpad
from tests.unit.programs import find_program
from tests.unit.schemas import LOCATION, write_crd_schemas
from tutor_launchpad.core.argocd import application_objects
from tutor_launchpad.core.types import Object

SETTINGS = ("LAUNCHPAD_TEST_ARGO_CD_MANIFEST", "LAUNCHPAD_TEST_ARGO_CD_MANIFESTS")
MANIFESTS = [Path(path) for name in SETTINGS for path in os.environ.get(name, "").split(os.pathsep) if path]
CONFIG: dict[str, Any] = {
    "ID": "AbC",
    "LAUNCHPAD_URL": "https://git.example.org/team/cluster.git",
    "LAUNCHPAD_INSTANCE": "alpha",
    "LAUNCHPAD_ARGOCD_NAMESPACE": "argocd",
    "LAUNCHPAD_BRANCH": "main",
    "LAUNCHPAD_AUTO_SYNC": True,
    "LAUNCHPAD_CLUSTER_RESOURCES": ["ClusterRole/x"],
}

pytestmark = pytest.mark.skipif(not MANIFESTS, reason=f"no Argo CD to compare with: set {' or '.join(SETTINGS)}")


@pytest.fixture(scope="module", params=MANIFESTS, ids=lambda path: path.name)
def check(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[Object], str]:
    """kubeconform's words on an object; empty where it is valid."""
    program, folder = find_program("kubeconform"), tmp_path_factory.mktemp("schemas")
    write_crd_schemas(request.param, folder)

    def run(obj: Object) -> str:
        options = ["-strict", "-output", "json", "-schema-location", str(folder / LOCATION)]
        ran = subprocess.run(
            [program, *options], input=yaml.safe_dump(obj), capture_output=True, text=True, timeout=60, check=False
        )
        report: dict[str, list[dict[str, str]]] = json.loads(ran.stdout)
        return " ".join(one["msg"] for one in report.get("resources", []))

    return run


@pytest.fixture(scope="module")
def objects() -> tuple[Object, Object]:
    """AppProject and Application, as rendered."""
    context = Context("test:argocd-schemas")
    with context.enter():
        hooks.Filters.ENV_TEMPLATE_ROOTS.add_item(str(Path(tutor_launchpad.__file__).parent / "templates"))
    made = application_objects(lambda name: str(tutor.env.render_file(CONFIG, *name.split("/"))))
    hooks.Filters.ENV_TEMPLATE_ROOTS.clear(context=context.name)
    return made


def test_project_and_application_are_valid(check: Callable[[Object], str], objects: tuple[Object, Object]) -> None:
    assert [check(obj) for obj in objects] == ["", ""]


@pytest.mark.parametrize(
    ("which", "change", "message"),
    [
        (1, {"syncPolicyy": {}}, "'syncPolicyy' not allowed"),
        (1, {"syncPolicy": {"retry": {"refreshh": True}}}, "'refreshh' not allowed"),
        (1, {"destination": None}, "want object"),
        (0, {"sourceRepositories": []}, "'sourceRepositories' not allowed"),
        (0, {"clusterResourceWhitelist": [{"kind": "x"}]}, "group"),
    ],
    ids=["unknown field", "unknown deep field", "wrong type", "unknown field of a project", "missing field"],
)
def test_wrong_object_is_found(
    check: Callable[[Object], str], objects: tuple[Object, Object], which: int, change: Object, message: str
) -> None:
    obj = objects[which]

    assert message in check({**obj, "spec": {**obj["spec"], **change}})
