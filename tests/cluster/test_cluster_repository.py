"""A generated repository is what Argo CD takes, and the API server too."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.cluster.environment import Namespaces, kubectl
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.commands import launchpad

CHARTS = ("cert-manager", "harmony")
"""They would come from the network, and change the cluster for the other tests."""
IDENTITY = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]


@pytest.fixture
def repository(git_remote: Callable[..., str], argo: Namespaces, tmp_path: Path) -> Iterator[Path]:
    """A pushed repository, whose objects are removed from the cluster at the end."""
    path, url = tmp_path / "moon", git_remote()
    words = ["--provider", "existing", "--name", "moon", "--environment", "test", "--domain", "learn.example.com"]
    chosen = ["--without", "argo-cd", "--without", "argo-workflows", "--no-commit"]
    made = CliRunner().invoke(launchpad, ["cluster", "create", str(path), *words, "--repository", url, *chosen])
    assert made.exit_code == 0, made.output
    for name in CHARTS:
        (path / "cluster" / "applications" / f"{name}.yml").unlink()
    for command in ("add --all", "commit --quiet --message Make", "push --quiet origin main"):
        subprocess.run(["git", *IDENTITY, *command.split()], cwd=path, check=True)

    yield path

    kubectl(
        "-n", argo.argo_cd, "delete", "application", "cluster", "base", "issuers", "--ignore-not-found", "--wait=false"
    )
    kubectl("-n", argo.argo_cd, "delete", "appproject", "cluster", "--ignore-not-found")
    kubectl("delete", "-f", str(path / "cluster" / "issuers"), "--ignore-not-found", check=False)
    kubectl("delete", "namespace", "harmony", "cert-manager", "--ignore-not-found", "--timeout=120s")


def test_cluster_is_synced_from_it(repository: Path, argo: Namespaces, cluster: Cluster) -> None:
    kubectl("apply", "--server-side", "-f", str(repository / "cluster" / "root.yml"))
    served = ("cert-manager.io/v1", "ClusterIssuer") in cluster.kinds()

    for name in ("cluster", "base", *(["issuers"] if served else [])):
        status = "--for=jsonpath={.status.sync.status}=Synced"
        for condition in ("--for=create", status):
            kubectl("-n", argo.argo_cd, "wait", condition, f"application/{name}", "--timeout=120s")

    assert kubectl("-n", "harmony", "get", "resourcequota,limitrange", "--output", "name").split() == [
        "resourcequota/components",
        "limitrange/components",
    ]
    issuers = kubectl("get", "clusterissuers", "--output", "name").split() if served else []
    assert len([name for name in issuers if name.rpartition("/")[2].startswith("letsencrypt-")]) == (2 if served else 0)
