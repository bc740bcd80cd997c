"""An instance with every known plugin, behind its policies: all of its objects are made, all of its tasks run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster.environment import kubectl
from tests.cluster.instances import Whole, missing_servers
from tests.cluster.probes import OPEN, probe_until, start_prober
from tests.unit.plugins.combinations import ALL
from tutor_launchpad.core.types import Object

pytestmark = pytest.mark.slow
SERVED = {80, 6379, 7700, 8000, 8002, 8025, 9000, 27017}
"""Ports of Services on which stand-ins for images answer."""
PLUGIN = """
from tutor_launchpad import hooks


@hooks.MANIFESTS.add()
def _run_no_shell(objects, config):
    # A stand-in ends at once when it is called as a shell; without a command it serves.
    for item in objects:
        for container in item["spec"]["template"]["spec"]["containers"] if item["kind"] == "Deployment" else ():
            if [*(container.get("command") or []), *(container.get("args") or [])][:1] in (["bash"], ["sh"]):
                container.pop("command", None)
                container.pop("args", None)
    return objects
"""


@pytest.mark.skipif(bool(missing_servers()), reason=f"no image to probe with: set {', '.join(missing_servers())}")
def test_instance_with_all_plugins_is_healthy_behind_its_policies(
    make_whole: Callable[..., Whole], git_remote: Callable[..., str]
) -> None:
    whole = make_whole(git_remote(), ALL, RUN_VECTOR=False, RUN_RALPH=True)
    (Path(whole.root.environment["TUTOR_PLUGINS_ROOT"]) / "serving.py").write_text(PLUGIN)
    whole.root.tutor("plugins", "enable", "serving")

    whole.deploy()

    status = whole.status()
    assert (status["sync"], status["health"]) == ("Synced", "Healthy")
    jobs = whole.init_jobs().values()
    assert len(jobs) >= 25
    assert [job["metadata"]["name"] for job in jobs if job["status"].get("succeeded") != 1] == []
    _services_are_reached(whole)


def _items(namespace: str, kind: str) -> list[Object]:
    found: list[Object] = json.loads(kubectl("-n", namespace, "get", kind, "-o", "json"))["items"]
    return found


def _services_are_reached(whole: Whole) -> None:
    """From every pod alike, as the policies select all."""
    policies = _items(whole.name, "networkpolicies")
    services = [
        f"{item['metadata']['name']}:{port['port']}"
        for item in _items(whole.name, "services")
        for port in item["spec"]["ports"]
        if port.get("targetPort", port["port"]) in SERVED
    ]

    start_prober(whole.name, os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"])

    assert [item["spec"]["podSelector"] for item in policies] == [{}] * len(policies) != []
    found = probe_until(whole.name, dict.fromkeys(services, OPEN))
    assert {"lms:8000", "cms:8000"} <= {*found}
    assert {place: seen for place, seen in found.items() if seen != OPEN} == {}
    assert len(found) > 10
