"""The namespace and sync steps with a real Argo CD: every promise on waiting, repairing and leaving others alone."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.environment import GitCredentials, Namespaces, kubectl
from tests.cluster.small import APP, NEWER, Instance, Small, as_yaml, pod
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.argocd import API, REFRESH
from tutor_launchpad.core.errors import Conflict, LaunchpadError, TimedOut
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object

ABSENT = "registry.example.org/launchpad-test/absent:1"
CONNECT = """
for attempt in 1 2 3 4 5 6; do
  python3 -c 'import socket; socket.create_connection(("gate", 8000), 3)' && exit 0
  sleep 1
done
echo password is geheim
exit 1
"""
KNOCK = """
import socket, sys
try:
    address = socket.gethostbyname(sys.argv[1])
except OSError:
    sys.exit(print("no such name"))
try:
    socket.create_connection((address, 8000), 3)
except OSError:
    sys.exit(print("closed"))
print("open")
"""


@pytest.fixture
def shell_image() -> str:
    """An image with a shell and Python."""
    image = os.environ.get("LAUNCHPAD_TEST_WORKER_IMAGE", "")
    if not image:
        pytest.skip("no image with a shell: set LAUNCHPAD_TEST_WORKER_IMAGE")
    return image


def application(instance: Instance, argo: Namespaces) -> Object:
    return instance.cluster.get(API, "Application", instance.name, argo.argo_cd)


def version(instance: Instance, argo: Namespaces) -> str:
    return str(application(instance, argo)["metadata"]["resourceVersion"])


def ask_to_look(instance: Instance, argo: Namespaces) -> None:
    """A hard refresh, until Argo CD has taken the mark away."""
    mark = {"metadata": {"annotations": {REFRESH: "hard"}}}
    instance.cluster.patch(API, "Application", instance.name, argo.argo_cd, mark)
    for _ in every_second(60):
        if REFRESH not in (application(instance, argo)["metadata"].get("annotations") or {}):
            return
    pytest.fail("Argo CD did not look within a minute")


def image_of(instance: Instance) -> str:
    found = instance.cluster.get("apps/v1", "Deployment", "lms", instance.name)
    return str(found["spec"]["template"]["spec"]["containers"][0]["image"])


def every_second(times: int) -> Iterator[int]:
    for number in range(times):
        time.sleep(1)
        yield number


def test_first_deploy_is_healthy_and_the_second_changes_nothing(instance: Instance, argo: Namespaces) -> None:
    first = instance.deploy(Small())
    jobs, before = instance.jobs(), version(instance, argo)
    second = instance.deploy(Small())

    assert first[0] is Status.DONE
    assert second[0] is Status.UNCHANGED
    assert (instance.jobs(), version(instance, argo)) == (jobs, before)


def test_image_change_runs_the_jobs_with_that_image_again(instance: Instance) -> None:
    instance.deploy(Small())
    before = instance.jobs()

    instance.deploy(Small(image=NEWER))

    after = instance.jobs()
    kept = [name for name in before if name.startswith("init-lms-")]
    assert [after.get(name) for name in kept] == [before[name] for name in kept]
    assert len(after) == len(before) == 2
    assert {name for name in after if name.startswith("init-mysql-")}.isdisjoint(before)


def test_failed_job_is_told_and_a_repeated_deploy_is_green(instance: Instance, shell_image: str) -> None:
    small = Small(job_image=shell_image, command=("sh", "-e", "-c", CONNECT))
    with pytest.raises(LaunchpadError, match=r"Init job init-lms-\w+ in .* failed") as caught:
        instance.deploy(small)
    assert "    password is ***" in str(caught.value)
    assert "geheim" not in str(caught.value)

    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "gate", "namespace": instance.name}}
    gate = {**service, "spec": {"selector": {"app": "gate"}, "ports": [{"port": 8000}]}}
    kubectl("apply", "-f", "-", stdin=as_yaml(gate, pod(instance.name, "gate", APP)))
    kubectl("-n", instance.name, "wait", "--for=condition=Ready", "pod/gate", "--timeout=60s")

    assert instance.deploy(small)[0] is Status.DONE
    assert instance.deploy(small)[0] is Status.UNCHANGED


def test_commit_that_repairs_a_missing_image_ends_the_hanging_sync(instance: Instance) -> None:
    with pytest.raises(TimedOut, match=r"ErrImagePull|ImagePullBackOff"):
        instance.deploy(Small(job_image=ABSENT), timeout=25)

    assert instance.deploy(Small())[0] is Status.DONE
    assert any("of an earlier revision" in line for line in instance.said)
    assert len(instance.jobs()) == 2


def test_auto_sync_off_syncs_when_told_and_only_then(instance: Instance, argo: Namespaces) -> None:
    manual = instance.like(auto_sync=False)

    assert manual.deploy(Small())[0] is Status.DONE
    assert manual.deploy(Small())[0] is Status.UNCHANGED

    untold = manual.record(Small(image=NEWER))
    ask_to_look(manual, argo)
    watched = [application(manual, argo) for _ in every_second(8)]
    seen = watched[-1]["status"]["sync"]
    assert (seen["status"], seen["revision"]) == ("OutOfSync", untold)
    assert not any("operation" in one for one in watched)
    assert image_of(manual) == APP

    assert manual.deploy(Small(image=NEWER), wait=False)[0] is Status.DONE
    assert manual.deploy(Small(image=NEWER))[0] in (Status.DONE, Status.UNCHANGED)
    assert image_of(manual) == NEWER
    assert "automated" not in application(manual, argo)["spec"]["syncPolicy"]


def test_another_root_is_refused(instance: Instance) -> None:
    instance.deploy(Small())

    with pytest.raises(Conflict, match="belongs to another Tutor root"):
        instance.like(root_id="Another").deploy(Small(image=NEWER))


def test_private_repository_without_and_with_credentials(
    namespace: str,
    git_remote: Callable[..., str],
    git_credentials: GitCredentials,
    cluster: Cluster,
    tmp_path: Path,
    standin: Callable[..., None],
) -> None:
    standin(pod("x", "x", APP))
    url = git_remote(private=True)
    file = tmp_path / "credentials"
    scheme, _, rest = url.partition("://")
    file.write_text(f"{scheme}://{git_credentials.username}:{git_credentials.password}@{rest.split('/')[0]}\n")
    instance = Instance(namespace, url, tmp_path, cluster, credentials=str(file))

    assert instance.deploy(Small())[0] is Status.DONE
    assert instance.deploy(Small())[0] is Status.UNCHANGED


def test_two_instances_share_a_repository(
    instance: Instance, instance_names: Callable[[], str], tmp_path: Path
) -> None:
    other = instance.like(name=instance_names(), root=tmp_path / "other", root_id="Other")

    instance.deploy(Small(), wait=False)
    assert other.deploy(Small())[0] is Status.DONE
    assert instance.deploy(Small())[0] in (Status.DONE, Status.UNCHANGED)
    assert other.deploy(Small())[0] is Status.UNCHANGED


def test_neighbours_reach_nothing(
    instance: Instance, instance_names: Callable[[], str], shell_image: str, tmp_path: Path
) -> None:
    other = instance.like(name=instance_names(), root=tmp_path / "other", root_id="Other")
    instance.deploy(Small())
    other.deploy(Small())
    for name in (instance.name, other.name):
        kubectl("apply", "-f", "-", stdin=as_yaml(pod(name, "probe", shell_image, "sleep", "600")))
        kubectl("-n", name, "wait", "--for=condition=Ready", "pod/probe", "--timeout=60s")

    def sees(source: str, target: str) -> str:
        return kubectl("-n", source, "exec", "probe", "--", "python3", "-c", KNOCK, f"lms.{target}").strip()

    def comes_to(source: str, target: str, wanted: str) -> bool:
        """A new pod's policies and names take a moment."""
        return any(sees(source, target) == wanted for _ in every_second(20))

    for own, foreign in ((instance.name, other.name), (other.name, instance.name)):
        assert comes_to(own, own, "open")
        assert comes_to(own, foreign, "closed")
        assert sees(own, own) == "open"
