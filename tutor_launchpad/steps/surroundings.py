"""The objects that a deploy applies itself, beside what is there: found by reading alone, in a few lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor_launchpad import hooks
from tutor_launchpad.adapters.kubernetes import differences
from tutor_launchpad.core.plan import ClusterChange
from tutor_launchpad.core.podsecurity import enforced_level
from tutor_launchpad.core.policies import surroundings
from tutor_launchpad.core.resources import named_servers
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.namespace import OURS, POLICY_KINDS
from tutor_launchpad.steps.resources import servers_of

if TYPE_CHECKING:
    from tutor_launchpad.adapters.kubernetes import Cluster
    from tutor_launchpad.steps.deployment import Deployment


@dataclass(frozen=True)
class Surroundings:
    """What stands around an instance in its namespace, as a deploy of these manifests would leave it."""

    namespace: str
    wanted: tuple[Object, ...]

    @classmethod
    def read(cls, deployment: Deployment, manifests: Sequence[Object]) -> Surroundings:
        """From the root's settings, the registered servers, and the manifests in Git in place of a rendering."""
        settings, config = deployment.settings, deployment.config
        named = named_servers(config, hooks.RESOURCES.apply({}))
        known = servers_of(deployment).all() if named else []
        flows = [server.flow for server in known if named.get(server.resource) == server.name]
        level = enforced_level(manifests, settings.cluster_resources)
        wanted = surroundings(settings, str(config["ID"]), level, [*hooks.NETWORK_FLOWS.apply([], config), *flows])
        return cls(settings.instance, tuple(wanted))

    def drift(self, cluster: Cluster) -> list[ClusterChange]:
        """What a deploy would make, change or remove."""
        live = {("Namespace", self.namespace): cluster.find("v1", "Namespace", self.namespace)}
        for api_version, kind in POLICY_KINDS:
            for item in cluster.list(api_version, kind, self.namespace, OURS):
                live[kind, item["metadata"]["name"]] = item
        changes = [change for item in self.wanted for change in _change(live.pop(_key(item), None), item)]
        return [*changes, *(ClusterChange("remove", kind, name) for (kind, name), item in live.items() if item)]


def changed_objects(
    cluster: Cluster, wanted: Iterable[Object], application: Object | None = None
) -> list[ClusterChange]:
    """What of these objects would be made or changed. `application`: the live one, where it has just been read."""
    changes: list[ClusterChange] = []
    for item in wanted:
        metadata = item["metadata"]
        live = application if item["kind"] == "Application" and application is not None else None
        if live is None:
            live = cluster.find(item["apiVersion"], item["kind"], metadata["name"], metadata.get("namespace"))
        changes += _change(live, item)
    return changes


def _key(item: Object) -> tuple[str, str]:
    return str(item["kind"]), str(item["metadata"]["name"])


def _change(live: Object | None, wanted: Object) -> Iterator[ClusterChange]:
    kind, name = _key(wanted)
    if live is None:
        yield ClusterChange("create", kind, name)
    elif fields := differences(live, wanted):
        yield ClusterChange("update", kind, name, tuple(fields))
