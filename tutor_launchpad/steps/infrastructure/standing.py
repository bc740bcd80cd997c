"""Who stands on a Kubernetes cluster that is about to go."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tutor_launchpad.adapters.kubeconfig_file import only, write_kubeconfig
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.errors import Forbidden, LaunchpadError, Unreachable
from tutor_launchpad.core.infrastructure.inside import instances, standing_text
from tutor_launchpad.core.instance import INSTANCES
from tutor_launchpad.steps.infrastructure.site import Site


@contextmanager
def kubernetes_of(site: Site) -> Iterator[Cluster | None]:
    """The cluster, reached with fresh credentials; None where the cloud has none."""
    connection = site.cloud.connection()
    if connection is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="launchpad-") as folder:
        file = Path(folder) / "kubeconfig"
        write_kubeconfig(file, connection.kubeconfig)
        with only(file):
            yield site.connected()


def in_repository(site: Site) -> set[str]:
    """Instances in the repository: in its last commit or in the folder."""
    committed = {path.split("/")[0] for path in site.folder.committed(str(INSTANCES)) if "/" in path}
    folder = site.folder.path / INSTANCES
    there = (
        {path.name for path in folder.iterdir() if path.is_dir() and any(path.iterdir())} if folder.is_dir() else set()
    )
    return committed | there


def standing_on(site: Site) -> str:
    """The instances that would go with the Kubernetes cluster, in a sentence; what could not be read is said, and why."""
    recorded = in_repository(site)
    try:
        with kubernetes_of(site) as cluster:
            if cluster is None:
                return standing_text(recorded, unread="the cloud has no such cluster any more")
            return standing_text(recorded, instances(cluster.list("v1", "Namespace")))
    except Forbidden as error:
        return standing_text(recorded, unread=f"these credentials may not ask the cluster: {error}")
    except Unreachable as error:
        return standing_text(recorded, unread=f"the cluster does not answer: {error}")
    except LaunchpadError as error:
        return standing_text(recorded, unread=str(error))
