"""Fixtures on a real cluster. The tests of this folder run only where somebody says that the cluster is meant for them."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster import environment
from tests.cluster.environment import Namespaces, dump, kubectl, make_images, make_repository, manifest
from tests.cluster.instances import Whole
from tests.cluster.pinned import install_argo
from tests.cluster.small import APP, NEWER, Instance, pod
from tests.conftest import Root
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.types import Object

HERE = Path(__file__).parent
FAILED = pytest.StashKey[bool]()
NOT_WAITED_FOR = ("argocd-dex-server",)
"""No test logs in through it, and its image may not be there."""
ISSUER = ("cert-manager.io/v1", "Issuer")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip with the reason where something is missing; last comes what empties the cluster."""
    items.sort(key=lambda item: item.path == HERE / "test_install.py")
    missing = environment.missing()
    for item in items:
        if HERE in item.path.parents and missing:
            item.add_marker(pytest.mark.skip(reason=f"no cluster: set {missing[0]}"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember for the fixtures that the test failed."""
    report: pytest.TestReport = yield  # type: ignore[assignment]
    if report.failed:
        item.stash[FAILED] = True
    return report  # type: ignore[return-value]


@pytest.fixture(scope="session")
def run_id() -> str:
    """Part of every name that this run makes."""
    return secrets.token_hex(3)


@pytest.fixture(scope="session")
def kubeconfig() -> str:
    """For commands that are run as a user runs them."""
    return os.environ["KUBECONFIG"]


@pytest.fixture(scope="session")
def cluster() -> Cluster:
    """The adapter, connected to the current context."""
    return Cluster.connect(None)


@pytest.fixture(scope="session")
def argo(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Namespaces:
    """Argo CD, Argo Workflows and cert-manager's kinds, installed as a user installs them, once."""
    names = Namespaces()
    if not all(cluster.list("apps/v1", "Deployment", place) for place in (names.argo_cd, names.argo_workflows)):
        install_argo(tmp_path_factory.mktemp("cluster"))
    if ISSUER not in cluster.kinds():
        kubectl("apply", "--server-side", "-f", manifest("CERT_MANAGER_CRDS"))
        deadline = time.monotonic() + 60
        while ISSUER not in cluster.kinds():  # `kubectl wait` fails on a definition that has no conditions yet
            assert time.monotonic() < deadline, "cert-manager's kinds are not served after 60 s"
            time.sleep(0.5)
    for namespace in (names.argo_cd, names.argo_workflows):
        for kind in ("Deployment", "StatefulSet"):
            for obj in cluster.list("apps/v1", kind, namespace):
                name = obj["metadata"]["name"]
                if name not in NOT_WAITED_FOR:
                    kubectl("-n", namespace, "rollout", "status", f"{kind.lower()}/{name}", "--timeout=180s")
    return names


@pytest.fixture(scope="session")
def count() -> Iterator[int]:
    """Numbers that no other test of this run gets."""
    return iter(range(10**6))


@pytest.fixture
def git_remote(run_id: str, count: Iterator[int]) -> Callable[..., str]:
    """Makes an empty repository and returns its URL; `private=True`: one that asks for credentials."""

    def make(private: bool = False) -> str:
        return make_repository(f"{'private/' if private else ''}lp-{run_id}-{next(count)}")

    return make


@pytest.fixture
def git_credentials() -> environment.GitCredentials:
    """User and password of private repositories."""
    credentials = environment.git_credentials()
    if credentials is None:
        pytest.skip("no private repositories: set LAUNCHPAD_TEST_GIT_CREDENTIALS (user:password)")
    return credentials


@pytest.fixture
def standin(tmp_path: Path) -> Callable[..., None]:
    """Makes every image that the objects name pullable in the cluster."""

    def make(*objects: Object) -> None:
        make_images(objects, tmp_path)

    return make


@pytest.fixture
def instance_names(
    request: pytest.FixtureRequest, run_id: str, count: Iterator[int], argo: Namespaces
) -> Iterator[Callable[[], str]]:
    """Makes names of instances; afterwards their Applications and namespaces are removed, told first if the test failed."""
    names: list[str] = []

    def make() -> str:
        names.append(f"lp-{run_id}-{next(count)}")
        return names[-1]

    yield make
    for name in names:
        if request.node.stash.get(FAILED, False):
            print(dump(name, argo.argo_cd))  # noqa: T201 - pytest shows it with the failure
        kubectl("-n", argo.argo_cd, "delete", "application,appproject", name, "--ignore-not-found", "--wait=false")
        kubectl("delete", "namespace", name, "--ignore-not-found", "--wait=false")


@pytest.fixture
def namespace(instance_names: Callable[[], str]) -> str:
    """One fresh name of an instance; the namespace itself is the deploy's to make."""
    return instance_names()


@pytest.fixture
def instance(
    namespace: str, git_remote: Callable[..., str], cluster: Cluster, tmp_path: Path, standin: Callable[..., None]
) -> Instance:
    """An instance that nobody has deployed yet."""
    standin(pod("x", "x", APP), pod("x", "x", NEWER))
    return Instance(namespace, git_remote(), tmp_path, cluster)


@pytest.fixture
def checkout(tmp_path: Path) -> Callable[[str], Path]:
    """Clones a repository with a work tree on branch main."""

    def clone(url: str) -> Path:
        path = tmp_path / url.rstrip("/").rsplit("/", 1)[-1].removesuffix(".git")
        subprocess.run(["git", "clone", "--quiet", url, str(path)], check=True, capture_output=True)
        for command in (
            ["checkout", "-q", "-B", "main"],
            ["config", "user.name", "t"],
            ["config", "user.email", "t@t"],
        ):
            subprocess.run(["git", "-C", str(path), *command], check=True, capture_output=True)
        return path

    return clone


@pytest.fixture
def make_whole(
    make_root: Callable[..., Root], instance_names: Callable[[], str], argo: Namespaces, tmp_path: Path
) -> Callable[..., Whole]:
    """Makes an instance with hosts of its own, whose images the cluster can pull."""

    def make(url: str, plugins: str = "mfe", **settings: object) -> Whole:
        name = instance_names()
        root = make_root(name, plugins=plugins)
        root.tutor("config", "save")
        hosts = {"LMS_HOST": f"{name}.example.com", "CMS_HOST": f"studio.{name}.example.com"}
        root.set(K8S_NAMESPACE=name, ID=name, LAUNCHPAD_REPOSITORY=url, **hosts, **settings)
        whole = Whole(name, root)
        whole.make_images(tmp_path)
        return whole

    return make
