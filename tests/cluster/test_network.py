"""What an instance's pods reach behind its network policies, and what they do not."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tutor.core.hooks import Context

from tests.cluster.instances import missing_servers
from tests.cluster.probes import CLOSED, OPEN, probe_until, start_prober
from tests.cluster.small import APP, Instance, Small, pod
from tutor_launchpad import hooks
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.flows import Flow
from tutor_launchpad.core.resources import Server

LINK_LOCAL = "169.254.169.254"


@contextmanager
def _flows(*flows: Flow) -> Iterator[None]:
    """What a deploy adds for the servers that it uses."""
    context = Context("test:flows")
    with context.enter():
        hooks.NETWORK_FLOWS.add_items(list(flows))
    yield
    hooks.NETWORK_FLOWS.clear(context=context.name)


def _neighbour(instance: Instance, name: str, root: Path) -> Instance:
    return instance.like(name=name, root=root, root_id="Other")


@pytest.mark.skipif(bool(missing_servers()), reason=f"no servers to reach: set {', '.join(missing_servers())}")
def test_pods_reach_their_services_names_and_servers_and_no_more(
    instance_names: Callable[[], str],
    git_remote: Callable[..., str],
    cluster: Cluster,
    tmp_path: Path,
    standin: Callable[..., None],
) -> None:
    standin(pod("x", "x", APP))
    instance = Instance(instance_names(), git_remote(), tmp_path, cluster)
    neighbour = _neighbour(instance, instance_names(), tmp_path / "neighbour")
    places = {one: urlsplit(os.environ[f"LAUNCHPAD_TEST_{one}"]) for one in ("MYSQL", "MONGODB")}
    host, port = str(places["MYSQL"].hostname), int(places["MYSQL"].port or 0)
    server = Server("mysql", "main", "direct", {"host": host, "port": port}, cidrs=(f"{host}/32",))
    with _flows(server.flow):
        instance.deploy(Small())
    neighbour.deploy(Small())
    for one in (instance.name, neighbour.name):
        start_prober(one, os.environ["LAUNCHPAD_TEST_WORKER_IMAGE"])

    own = {"lms:8000": OPEN, f"{host}:{port}": OPEN, f"{host}:{places['MONGODB'].port}": CLOSED}
    closed = {f"lms.{neighbour.name}:8000": CLOSED, f"{LINK_LOCAL}:80": CLOSED, f"{LINK_LOCAL}:443": CLOSED}
    assert probe_until(instance.name, {**own, **closed}) == {**own, **closed}
    other = {"lms:8000": OPEN, f"lms.{instance.name}:8000": CLOSED, f"{host}:{port}": CLOSED}
    assert probe_until(neighbour.name, other) == other
