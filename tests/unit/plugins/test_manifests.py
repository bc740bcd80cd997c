"""What holds for the record of every combination of plugins."""

from __future__ import annotations

import base64
import difflib
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest

from tests.unit.plugins.combinations import ALL, COMBINATIONS
from tests.unit.plugins.conftest import Render
from tutor_launchpad.core.hosts import ingress_hosts
from tutor_launchpad.core.podsecurity import problems
from tutor_launchpad.core.policies import COUNTS
from tutor_launchpad.core.types import Object

COMBINED = pytest.mark.parametrize("plugins", COMBINATIONS.values(), ids=COMBINATIONS)
LARGEST = 1024 * 1024
"""Bytes that Kubernetes allows in a ConfigMap or a Secret."""
SUPERSET_CONFIG = "sealed/superset-pythonpath/superset_config_docker.py"
HOSTS = {
    "aspects": {"superset.local.openedx.io"},
    "credentials": {"credentials.local.openedx.io"},
    "discovery": {"discovery.local.openedx.io"},
    "mfe": {"apps.local.openedx.io"},
    "minio": {"files.local.openedx.io", "minio.local.openedx.io"},
    "notes": {"notes.local.openedx.io"},
    "xqueue": {"xqueue.local.openedx.io"},
}
OWN_HOSTS = {"local.openedx.io", "studio.local.openedx.io", "meilisearch.local.openedx.io"}


@COMBINED
def test_every_host_has_exactly_one_ingress(render: Render, plugins: str) -> None:
    rendering = render(plugins)
    expected = OWN_HOSTS.union(*(HOSTS.get(name, set()) for name in plugins.split()))

    served = ingress_hosts(rendering.manifests)

    assert set(rendering.hosts) == set(served) == expected
    assert {host: names for host, names in served.items() if len(names) != 1} == {}


@COMBINED
def test_every_service_is_internal(render: Render, plugins: str) -> None:
    services = render(plugins).of_kind("Service")

    assert len(services) >= 6
    assert {item["spec"].get("type", "ClusterIP") for item in services} == {"ClusterIP"}
    assert [port for item in services for port in item["spec"]["ports"] if "nodePort" in port] == []


@COMBINED
def test_every_service_leads_to_pods(render: Render, plugins: str) -> None:
    rendering = render(plugins)
    labels = [item["spec"]["template"]["metadata"]["labels"] for item in rendering.of_kind("Deployment", "StatefulSet")]

    for service in rendering.of_kind("Service"):
        wanted = service["spec"]["selector"].items()
        assert any(wanted <= given.items() for given in labels), service["metadata"]["name"]


@COMBINED
def test_pod_security_baseline_holds(render: Render, plugins: str) -> None:
    assert problems(render(plugins).built, ()) == []


def test_vector_which_reads_the_nodes_files_is_refused(render: Render) -> None:
    found = problems(render("aspects", RUN_VECTOR=True, RUN_SUPERSET=False).built, ())

    assert (
        [problem for problem in found if "vector" in problem and "LAUNCHPAD_CLUSTER_RESOURCES" in problem]
        == found
        != []
    )


@COMBINED
def test_requests_are_what_tutor_gives(render: Render, plugins: str) -> None:
    rendering = render(plugins)

    assert _resources(rendering.manifests) == _resources(rendering.raw)


@COMBINED
def test_maps_and_secrets_are_small_enough(render: Render, plugins: str) -> None:
    rendering = render(plugins)
    sizes = {item["metadata"]["name"]: _size(item) for item in [*rendering.of_kind("ConfigMap"), *rendering.secrets]}

    assert {name: size for name, size in sizes.items() if size > LARGEST // 2} == {}


def test_superset_knows_that_it_is_behind_a_proxy(render: Render) -> None:
    assert b"ENABLE_PROXY_FIX = True" in render("aspects").files[SUPERSET_CONFIG]
    assert render("mfe", SUPERSET_ENABLE_PROXY_FIX=False).config["SUPERSET_ENABLE_PROXY_FIX"] is False


def test_default_quota_leaves_room_for_all_plugins(render: Render) -> None:
    rendering = render(ALL)
    kinds = Counter(item["kind"] for item in rendering.manifests)
    needed = {
        "pods": 2 * kinds["Deployment"] + 1,  # a roll-out doubles them, and there is one job at a time
        "services": kinds["Service"],
        "services.loadbalancers": 0,
        "services.nodeports": 0,
        "persistentvolumeclaims": kinds["PersistentVolumeClaim"],
        "configmaps": kinds["ConfigMap"] + 1,
        "secrets": 11 * len(rendering.secrets),  # those of the last ten revisions stay
        "count/deployments.apps": kinds["Deployment"],
        "count/statefulsets.apps": kinds["StatefulSet"],
        "count/jobs.batch": 2 * kinds["Job"],  # pruned after the new ones are there
        "count/cronjobs.batch": kinds["CronJob"],
        "count/ingresses.networking.k8s.io": kinds["Ingress"],
    }

    assert set(needed) == set(COUNTS)
    assert {name: count for name, count in needed.items() if 2 * count > int(COUNTS[name])} == {}
    assert (needed["pods"], needed["services"], needed["count/jobs.batch"]) >= (40, 15, 40)


def test_another_process_records_the_same_bytes(render: Render, render_again: Render) -> None:
    one, other = render(ALL), render_again(ALL)

    assert list(one.files) == list(other.files)
    assert _differences(one.files, other.files) == []
    assert [item["metadata"]["name"] for item in one.secrets] == [item["metadata"]["name"] for item in other.secrets]


def _differences(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    return [
        line
        for path in one
        if one[path] != other[path]
        for line in difflib.unified_diff(one[path].decode().splitlines(), other[path].decode().splitlines(), path, path)
    ]


def _resources(objects: Sequence[Object]) -> dict[str, object]:
    """Container → what it asks for; jobs have other names with us."""
    return {
        f"{item['metadata']['name']} {container['name']}": container.get("resources")
        for item in objects
        if item["kind"] in ("Deployment", "StatefulSet", "DaemonSet")
        for container in item["spec"]["template"]["spec"]["containers"]
    }


def _size(item: Object) -> int:
    values = (item.get("data") or {}).values()
    return sum(len(base64.b64decode(text) if item["kind"] == "Secret" else text.encode()) for text in values)
