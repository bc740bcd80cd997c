"""`cluster install` on a real cluster: from nothing, interrupted, upgraded, and again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster.environment import git_credentials, kubectl, make_repository
from tests.cluster.pinned import Pinned, make_pinned, remove_argo, remove_components
from tests.cluster.proxy import as_account, connect, proxied
from tests.conftest import Root
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.kubernetes_kubeconfig import open_transport
from tutor_launchpad.adapters.kubernetes_transport import Request, Response, Transport
from tutor_launchpad.adapters.manifests import Manifests
from tutor_launchpad.commands.terminal import PlainDisplay
from tutor_launchpad.core.cluster.diagnosis import Verdict
from tutor_launchpad.core.errors import Forbidden, Unreachable
from tutor_launchpad.core.results import InstallResult
from tutor_launchpad.steps.cluster.doctor import diagnose
from tutor_launchpad.steps.cluster.installation import Installation, Order
from tutor_launchpad.steps.cluster.repository import read_files
from tutor_launchpad.steps.cluster.run import run_install
from tutor_launchpad.steps.cluster.status import look_at_cluster

APPLICATIONS = ["argo-cd", "argo-workflows", "base", "cluster", "harmony"]
pytestmark = pytest.mark.slow


class Recorded:
    """The current context's transport, which remembers what it was asked."""

    def __init__(self) -> None:
        self.real: Transport = open_transport(None)
        self.server, self.user = self.real.server, self.real.user
        self.writes: list[str] = []

    def send(self, request: Request) -> Response:
        """Send it on."""
        if request.method != "GET":
            self.writes.append(f"{request.method} {request.path}")
        return self.real.send(request)

    def renew(self) -> bool:
        """See `Transport`."""
        return self.real.renew()


def _install(pinned: Pinned, cluster: Cluster) -> InstallResult:
    installation = Installation(
        cluster, read_files(pinned.path), Manifests(pinned.mirror), Order(worker_image="launchpad-worker:test"), print
    )
    return run_install(installation, PlainDisplay().step)


def _older(text: str) -> str:
    """A release of before, as it might have been: a label and a variable that are gone by now."""
    server, variable = "  name: argocd-server\nspec:\n  selector:", "        - name: LEADER_ELECTION_IDENTITY\n"
    labelled = text.replace(server, f"    former: x\n{server}")
    return labelled.replace(variable, f"        - name: FORMER\n          value: x\n{variable}")


def _former() -> list[str]:
    """What of the older release is there."""
    shown = {
        "label": ("argocd", "argocd-server", "{.metadata.labels.former}"),
        "variable": (
            "argo",
            "workflow-controller",
            "{.spec.template.spec.containers[0].env[?(@.name=='FORMER')].value}",
        ),
    }
    return [
        name
        for name, (namespace, workload, path) in shown.items()
        if kubectl("-n", namespace, "get", "deployment", workload, "--output", f"jsonpath={path}")
    ]


@pytest.fixture(scope="module")
def pinned(tmp_path_factory: pytest.TempPathFactory, run_id: str) -> Iterator[Pinned]:
    """A pushed, private repository for an empty cluster, pinned to older releases; components are removed at the end."""
    url = make_repository(f"{'private/' if git_credentials() else ''}lp-{run_id}-install")
    repository = make_pinned(tmp_path_factory.mktemp("pinned") / "x", url, ("cert-manager",))
    for name in ("argo-cd", "argo-workflows"):
        repository.pin(name, _older)
    repository.push()
    remove_argo()
    yield repository
    remove_components()


def test_installation_that_is_killed_is_finished_by_the_next(pinned: Pinned, root: Root) -> None:
    command = [str(Path(sys.executable).with_name("tutor")), "launchpad", *pinned.words()]
    environment = {**root.environment, "KUBECONFIG": os.environ["KUBECONFIG"]}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, env=environment)
    assert process.stderr is not None
    for line in process.stderr:
        if "20 of " in line:
            process.send_signal(signal.SIGKILL)
            break
    assert process.wait(30) == -signal.SIGKILL

    ran = root.launchpad(*pinned.words("--worker-image", "launchpad-worker:test"), KUBECONFIG=os.environ["KUBECONFIG"])

    assert ran.status == 0, ran.stderr
    assert "workloads run" in ran.stderr
    applications = kubectl("-n", "argocd", "get", "applications", "--output", "name").split()
    assert sorted(name.rpartition("/")[2] for name in applications) == APPLICATIONS
    assert "Application harmony: " in ran.stdout
    assert "cannot read the repository" not in ran.stdout
    assert "launchpad-provision" in kubectl("-n", "launchpad", "get", "workflowtemplates", "--output", "name")


def test_newer_release_upgrades_and_drops_what_the_older_had(pinned: Pinned, cluster: Cluster) -> None:
    assert _former() == ["label", "variable"]
    for name in ("argo-cd", "argo-workflows"):
        pinned.pin(name)

    result = _install(pinned, cluster)

    details = {one.name: one.detail for one in result.steps}
    assert details["argo-cd"].endswith(": 1 updated")
    assert details["argo-workflows"].endswith(": 1 updated")
    assert _former() == []
    assert details["ready"] == "8 workloads run"


def test_second_installation_writes_nothing(pinned: Pinned) -> None:
    recorded = Recorded()

    result = _install(pinned, Cluster(recorded))

    assert recorded.writes == []
    assert not result.changed


def test_status_and_doctor_see_what_was_installed(pinned: Pinned, cluster: Cluster) -> None:
    files = read_files(pinned.path)

    parts = {part.name: part for part in look_at_cluster(cluster, files).parts}
    verdicts = {one.name: one.verdict for one in diagnose(cluster, files)}

    for name in ("argo-cd", "argo-workflows"):
        assert (parts[name].trouble, parts[name].version) == ("", files.pin(name).version)
        assert verdicts[name] is Verdict.FINE
    fine = ("connection", "kubernetes", "rights", "nodes", "storage", "repository", "webhook", "launchpad", "conflicts")
    assert {name: verdicts[name] for name in fine} == dict.fromkeys(fine, Verdict.FINE)
    assert parts["base"].healthy
    assert parts["harmony"].trouble
    assert verdicts["applications"] is Verdict.WRONG


def test_forbidden_and_unreachable_are_told_apart(pinned: Pinned, tmp_path: Path) -> None:
    nobody = connect(as_account("default", "default"), tmp_path)
    with proxied() as (proxy, content):
        away = connect(content, tmp_path).hasty
        proxy.close()
        with pytest.raises(Unreachable, match="Step look is not finished: run the same command again"):
            _install(pinned, away)

    with pytest.raises(Forbidden, match="You may not get CustomResourceDefinition"):
        _install(pinned, nobody)
