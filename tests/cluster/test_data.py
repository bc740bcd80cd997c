"""Data stays with its instance on a real cluster, and a watch tells what happens to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from docs import run_page
from tests.cluster.environment import kubectl
from tests.cluster.instances import TIMEOUT, Whole, missing_servers, register_servers

PLUGIN = """
from tutor_launchpad import hooks

CLAIM = {{
    "apiVersion": "v1",
    "kind": "PersistentVolumeClaim",
    "metadata": {{"name": "library", "namespace": "{namespace}"}},
    "spec": {{"accessModes": ["ReadWriteOnce"], "resources": {{"requests": {{"storage": "1Gi"}}}}}},
}}
SHELF = {{
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {{"name": "library", "namespace": "{namespace}"}},
    "spec": {{
        "selector": {{"matchLabels": {{"app": "library"}}}},
        "template": {{
            "metadata": {{"labels": {{"app": "library"}}}},
            "spec": {{
                "containers": [{{
                    "name": "library",
                    "image": "{image}",
                    "volumeMounts": [{{"name": "books", "mountPath": "/books"}}],
                }}],
                "volumes": [{{"name": "books", "persistentVolumeClaim": {{"claimName": "library"}}}}],
            }},
        }},
    }},
}}

hooks.MANIFESTS.add()(lambda objects, config: [*objects, CLAIM, SHELF])
"""


@contextmanager
def _watching(whole: Whole, *options: str) -> Iterator[list[dict[str, Any]]]:
    """The documents that a watch prints, complete once the context has ended."""
    tutor = str(Path(sys.executable).with_name("tutor"))
    command = [tutor, "launchpad", "status", "--output", "json", "--interval", "1", *options]
    environment = {**whole.root.environment, "KUBECONFIG": os.environ["KUBECONFIG"]}
    documents: list[dict[str, Any]] = []
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield documents
            out, _ = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == 0, out
    documents += map(json.loads, out.splitlines())


def _claims(whole: Whole) -> dict[str, str]:
    """Claim → its volume."""
    found = json.loads(kubectl("-n", whole.name, "get", "pvc", "-o", "json"))["items"]
    return {item["metadata"]["name"]: item["spec"]["volumeName"] for item in found}


def _objects(whole: Whole) -> set[str]:
    kinds = "deployments,services,persistentvolumeclaims,configmaps,jobs,networkpolicies"
    return set(kubectl("-n", whole.name, "get", kinds, "-o", "name").split())


def _runs(whole: Whole) -> list[str]:
    """Provisioning workflows of the instance."""
    owned = f"launchpad.openedx.org/instance={whole.name}"
    return kubectl("-n", "launchpad", "get", "workflows", "-l", owned, "-o", "name").split()


@pytest.fixture
def with_library(make_whole: Callable[..., Whole], git_remote: Callable[..., str]) -> Whole:
    """An instance with a plugin of its own that keeps something on a claim."""
    whole = make_whole(git_remote(), "mfe")
    image = whole.root.tutor("config", "printvalue", "DOCKER_IMAGE_REDIS").stdout.strip()
    text = PLUGIN.format(namespace=whole.name, image=image)
    (Path(whole.root.environment["TUTOR_PLUGINS_ROOT"]) / "library.py").write_text(text)
    whole.root.tutor("plugins", "enable", "library")
    return whole


@pytest.mark.slow
def test_watch_goes_through_a_first_sync_and_data_outlives_its_plugin(with_library: Whole) -> None:
    whole = with_library
    with _watching(whole, "--until", "healthy", "--timeout", TIMEOUT) as documents:
        whole.deploy()
    verdicts = [one["verdict"] for one in documents if "verdict" in one]
    assert (verdicts[0], verdicts[-1]) == ("absent", "healthy")
    assert {"progressing"} <= set(verdicts)
    assert documents[-1]["findings"] == []
    assert any("running" in one["init_jobs"].values() for one in documents)
    volume = _claims(whole)["library"]

    whole.root.tutor("plugins", "disable", "library")
    refused = whole.launchpad("deploy")
    assert refused.status == 1
    assert "Nothing names claim library any more" in refused.stderr
    whole.deploy()
    gone = whole.status()
    whole.root.tutor("plugins", "enable", "library")
    whole.deploy()

    assert [one["name"] for one in gone["leftovers"]] == ["library"]
    assert (gone["verdict"], gone["sync"]) == ("healthy", "Synced")
    assert _claims(whole)["library"] == volume
    assert whole.status()["leftovers"] == []


@pytest.mark.slow
@pytest.mark.skipif(bool(missing_servers()), reason=f"no servers to move to: set {', '.join(missing_servers())}")
def test_database_that_moves_to_a_server_leaves_its_claim(
    make_whole: Callable[..., Whole], git_remote: Callable[..., str], run_id: str
) -> None:
    whole = make_whole(git_remote(), "mfe", LAUNCHPAD_WORKER_IMAGE=os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"])
    register_servers(whole, f"move-{run_id}")
    whole.deploy()
    before, revision = _objects(whole), whole.status()["git_revision"]
    whole.root.set(LAUNCHPAD_MYSQL_SERVER=f"move-{run_id}")

    plan = json.loads(whole.launchpad("plan", "--output", "json").stdout)
    refused = whole.launchpad("deploy")

    assert [one["resource"] for one in plan["partings"]] == ["mysql"]
    assert plan["provisioning"]["starts"]
    assert refused.status == 1
    assert "Data does not move by itself" in refused.stderr
    assert (_objects(whole), whole.status()["git_revision"]) == (before, revision)
    assert (
        kubectl(
            "-n", "launchpad", "get", "workflows", "-l", f"launchpad.openedx.org/instance={whole.name}", "-o", "name"
        )
        == ""
    )
    whole.deploy()
    assert "mysql" in _claims(whole)
    assert [one["name"] for one in whole.status()["leftovers"]] == ["mysql"]
    whole.root.set(LAUNCHPAD_MYSQL_SERVER="")
    whole.deploy()
    assert whole.status()["leftovers"] == []


SMALLER = """
from tutor_launchpad import hooks

@hooks.MANIFESTS.add()
def _shrink(objects, config):
    for item in objects:
        if item["kind"] == "PersistentVolumeClaim" and item["metadata"]["name"] == "mysql":
            item["spec"]["resources"]["requests"]["storage"] = "1Gi"
    return objects
"""
PAGE = Path(__file__).parents[2] / "docs" / "howto" / "move-data.md"


@pytest.mark.slow
def test_page_moves_a_claim_that_is_to_be_smaller(
    make_whole: Callable[..., Whole], git_remote: Callable[..., str]
) -> None:
    whole = make_whole(git_remote(), "mfe")
    whole.deploy()
    volume = _claims(whole)["mysql"]
    (Path(whole.root.environment["TUTOR_PLUGINS_ROOT"]) / "smaller.py").write_text(SMALLER)
    whole.root.tutor("plugins", "enable", "smaller")
    page = (
        PAGE.read_text(encoding="utf-8").replace("-n first", f"-n {whole.name}").replace(" first ", f" {whole.name} ")
    )
    environment = {**whole.root.environment, "KUBECONFIG": os.environ["KUBECONFIG"]}
    environment["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    refused = whole.launchpad("deploy", "--yes")
    moved = run_page.run(page, ["claim"], env=environment, capture_output=True)

    assert refused.status == 1
    assert "Claim mysql would shrink from 5Gi to 1Gi" in refused.stderr
    assert moved.returncode == 0, moved.stderr
    size = "jsonpath={.spec.resources.requests.storage}"
    assert kubectl("-n", whole.name, "get", "pvc", "mysql", "-o", size) == "1Gi"
    assert _claims(whole)["mysql"] != volume
    status = whole.status()
    assert (status["verdict"], status["auto_sync"]) == ("healthy", True)
    assert set(status["init_jobs"].values()) == {"complete"}
