"""A kubeconfig file of the repository's own, tried before it is praised."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tutor_launchpad.adapters.clouds import open_cloud
from tutor_launchpad.adapters.cluster_folder import ClusterFolder
from tutor_launchpad.adapters.kubeconfig_file import context_of, only, write_kubeconfig
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.cluster.answers import Answers
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, NotFound, Refused
from tutor_launchpad.core.infrastructure.clouds import Cloud, Connection, Say
from tutor_launchpad.core.infrastructure.results import ConnectResult
from tutor_launchpad.steps.infrastructure.site import read_cluster

FILE = "kubeconfig"


def connect(path: Path, context: str, say: Say, cloud_of: Callable[[Answers], Cloud] = open_cloud) -> ConnectResult:
    """Write the file, and reach the cluster with it. `context`: of the user's kubeconfig, for a cluster that was there."""
    answers, file = read_cluster(path), path / FILE
    _refuse_unignored(ClusterFolder.at(path), file)
    connection = _connection(answers, context, say, cloud_of)
    write_kubeconfig(file, connection.kubeconfig)
    with only(file):
        try:
            cluster = Cluster.connect(None, say)
            nodes = _nodes(cluster)
        except LaunchpadError as error:
            raise type(error)(f"{file} is written, but the cluster cannot be used with it: {error}") from error
    return ConnectResult(answers.cluster, str(file), cluster.server, cluster.version, nodes, connection.until)


def _connection(answers: Answers, context: str, say: Say, cloud_of: Callable[[Answers], Cloud]) -> Connection:
    if answers.provider == "existing":
        return Connection(context_of(context))
    cloud = cloud_of(answers)
    say(f"credentials of {cloud.who()}")
    connection = cloud.connection()
    if connection is None:
        raise NotFound(
            f"The cloud has no cluster {answers.cluster} in {answers.region}: make it with `tutor launchpad cluster apply`, "
            "or use the credentials of the account that has it."
        )
    return connection


def _nodes(cluster: Cluster) -> int | None:
    """How many there are; the version alone would be told to anybody, so this is what tries the credentials."""
    try:
        return len(cluster.list("v1", "Node", bare=True))
    except Forbidden:
        return None


def _refuse_unignored(folder: ClusterFolder, file: Path) -> None:
    """Credentials must not be committed by the next `git add`."""
    if not folder.exists():
        raise Refused([f"{folder.path} is no Git repository: clone the cluster's repository, and name its folder."])
    if not folder.ignores(FILE):
        raise Refused([
            f"Git does not ignore {file}, which is to hold credentials: add the line /{FILE} to .gitignore, and take the file "
            "out of Git if it is in there."
        ])  # fmt: skip
