"""Deploys that are killed on the way to a real Argo CD, and what the next one makes of it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass

from tests.cluster.small import NEWER, Instance, Small
from tests.unit.killing import killed
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.kubernetes_kubeconfig import open_transport
from tutor_launchpad.adapters.kubernetes_transport import Request, Response, Transport
from tutor_launchpad.core.results import Status


@dataclass
class Killing:
    """Kills its own process when the server has answered, or before it is asked, as the request says."""

    inner: Transport
    wanted: Callable[[Request], bool]
    before: bool

    def __post_init__(self) -> None:
        self.server, self.user = self.inner.server, self.inner.user

    def renew(self) -> bool:
        """As the real one does."""
        return self.inner.renew()

    def send(self, request: Request) -> Response:
        """Send, or not."""
        if self.wanted(request) and self.before:
            os.kill(os.getpid(), signal.SIGKILL)
        response = self.inner.send(request)
        if self.wanted(request):
            os.kill(os.getpid(), signal.SIGKILL)
        return response


def _die(instance: Instance, small: Small, path: str, method: str, before: bool) -> None:
    """Deploy and be killed at a request."""

    def run() -> None:
        killing = Killing(open_transport(None), lambda one: one.method == method and path in one.path, before)
        instance.like(cluster=Cluster(killing)).deploy(small)

    killed(run)


def _commits(instance: Instance) -> int:
    listed = subprocess.run(
        ["git", "rev-list", "--count", "refs/launchpad/main"],
        cwd=instance.root / "launchpad" / "cache.git",
        check=True,
        capture_output=True,
    )
    return int(listed.stdout)


def test_killed_deploys_are_finished_by_the_next(instance: Instance) -> None:
    application = f"/applications/{instance.name}"
    _die(instance, Small(), "/networkpolicies/", "PATCH", before=False)
    _die(instance, Small(), "/appprojects/", "PATCH", before=True)
    _die(instance, Small(), application, "PATCH", before=False)

    assert instance.deploy(Small())[0] in (Status.DONE, Status.UNCHANGED)
    assert instance.deploy(Small())[0] is Status.UNCHANGED
    assert _commits(instance) == 1


def test_deploy_that_was_killed_while_it_waits_is_waited_for(instance: Instance) -> None:
    instance.deploy(Small())
    before = instance.jobs()
    _die(instance, Small(image=NEWER), f"/applications/{instance.name}", "GET", before=False)
    _die(instance, Small(image=NEWER), f"/applications/{instance.name}", "PATCH", before=False)

    assert instance.deploy(Small(image=NEWER))[0] in (Status.DONE, Status.UNCHANGED)

    assert _commits(instance) == 2
    assert len(instance.jobs()) == len(before)
