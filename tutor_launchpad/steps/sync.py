"""The step that hands the instance to Argo CD (repository Secret, AppProject, Application) and waits until it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.adapters.repositories import read_credentials
from tutor_launchpad.core.argocd import (
    SECRET_TYPE,
    repository_secret,
    repository_secret_name,
    secret_for,
)
from tutor_launchpad.core.errors import Conflict
from tutor_launchpad.core.ownership import is_managed, owner
from tutor_launchpad.core.results import Status
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.clock import REAL, Time
from tutor_launchpad.steps.restore import refuse_halted, restore
from tutor_launchpad.steps.sync_wait import Waiter

if TYPE_CHECKING:
    from tutor_launchpad.steps.deployment import Deployment

__all__ = ["run_sync"]


def run_sync(deployment: Deployment) -> tuple[Status, str]:
    """Make or complete the objects, start or hasten the sync, wait for its end."""
    return Sync(deployment, REAL).run()


@dataclass
class Sync:
    """The step with its clock, which tests replace."""

    deployment: Deployment
    time: Time

    def run(self) -> tuple[Status, str]:
        """See `run_sync`."""
        deployment, cluster = self.deployment, self.deployment.cluster
        name, short = deployment.settings.instance, deployment.revision[:10]
        if cluster is None:
            deployment.remaining.append(
                f"let Argo CD sync Application {name} from the repository, and wait until it is Healthy"
            )
            return Status.SKIPPED, "no cluster"
        project, application = deployment.application
        changes = [self._ensure_repository(cluster, application["spec"]["source"]["repoURL"])]
        changes.append(self._restore(cluster, project, self._find(cluster, project)))
        before = self._find(cluster, application)
        changes.append(self._restore(cluster, application, before))
        waiter = Waiter(deployment, cluster, self.time)
        if before is not None and not any(changes) and waiter.is_done(before):
            return Status.UNCHANGED, f"Synced and Healthy at {short}"
        for change in filter(None, changes):
            deployment.progress.say(change)
        if not deployment.options.wait:
            waiter.trigger()
            return Status.DONE, f"sync to {short} asked for, not waited for"
        waiter.run()
        return Status.DONE, f"Synced and Healthy at {short}"

    def _restore(self, cluster: Cluster, wanted: Object, live: Object | None) -> str:
        return restore(cluster, lambda: self._find(cluster, wanted), wanted, live)

    def _find(self, cluster: Cluster, wanted: Object) -> Object | None:
        """The object in the cluster, which must be this root's, and stay, and be looked at by Argo CD."""
        metadata = wanted["metadata"]
        live = cluster.find(wanted["apiVersion"], wanted["kind"], metadata["name"], metadata["namespace"])
        if live is not None and owner(live) != owner(wanted):
            whose = f"of the Tutor root with ID {owner(live)!r}" if owner(live) else "not made by Launchpad"
            raise Conflict(
                f"{wanted['kind']} {metadata['namespace']}/{metadata['name']} exists and is {whose}: choose another "
                "name with `tutor config save --set K8S_NAMESPACE=…`, or delete it if nobody needs it."
            )
        if live is not None:
            refuse_halted(live)
        return live

    def _ensure_repository(self, cluster: Cluster, url: str) -> str:
        """Our Secret for this address, unless another does already; without credentials an existing one stays."""
        namespace = self.deployment.settings.argocd_namespace
        credentials = read_credentials(self.deployment.settings)
        live = cluster.find("v1", "Secret", repository_secret_name(url), namespace)
        if live is not None and not is_managed(live):
            raise Conflict(
                f"Secret {namespace}/{repository_secret_name(url)} exists and was not made by Launchpad: delete it, or "
                "rename it."
            )
        if live is not None and credentials is None:
            return ""
        if live is None:
            others = cluster.list("v1", "Secret", namespace, f"{SECRET_TYPE}=repository")
            foreign = secret_for(url, others)
            if foreign is not None:
                self.deployment.progress.say(f"Argo CD knows {url} by Secret {foreign['metadata']['name']}")
                return ""
        wanted = repository_secret(url, credentials, namespace)
        return _outcome(wanted, cluster.ensure_against(live, wanted))


def _outcome(wanted: Object, outcome: str) -> str:
    return "" if outcome == "unchanged" else f"{wanted['kind']} {wanted['metadata']['name']} {outcome}"
