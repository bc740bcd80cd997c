"""What a cluster has of what its repository describes, as data and as text. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tutor_launchpad.core.cluster.components import Found, Whose
from tutor_launchpad.core.cluster.seen import chart_version, describe_application, is_settled
from tutor_launchpad.core.cluster.stages import DEX, WORKLOADS, unready
from tutor_launchpad.core.pods import containers
from tutor_launchpad.core.types import Object


@dataclass(frozen=True)
class Part:
    """A component, or an Application that brings some.

    `version`: what runs; empty where that is not known. `wanted`: what the repository is pinned to; empty where it
    installs no such part. `keeper`: who keeps it. `trouble`: why it is not healthy; empty where it is.
    """

    name: str
    there: bool
    keeper: str = ""
    version: str = ""
    wanted: str = ""
    trouble: str = ""

    @property
    def outdated(self) -> bool:
        """Whether another version runs than the repository is pinned to."""
        return bool(self.version and self.wanted) and self.version != self.wanted

    @property
    def healthy(self) -> bool:
        """Whether it is there and runs."""
        return self.there and not self.trouble


@dataclass(frozen=True)
class ClusterStatus:
    """A cluster at one moment. `parts`: those that the repository installs, and those that somebody else has."""

    cluster: str
    context: str
    kubernetes: str
    healthy: bool
    outdated: tuple[str, ...]
    parts: tuple[Part, ...]


def make_status(cluster: str, context: str, kubernetes: str, parts: Sequence[Part]) -> ClusterStatus:
    """The status of these parts."""
    outdated = tuple(part.name for part in parts if part.outdated)
    return ClusterStatus(cluster, context, kubernetes, all(part.healthy for part in parts), outdated, tuple(parts))


def workloads_part(name: str, found: Found, workloads: Iterable[Object], wanted: str, main: str) -> Part:
    """A component by its workloads. `main`: the one whose image tells the version."""
    everything = [one for one in workloads if one["kind"] in WORKLOADS]
    if found.whose is Whose.NOBODYS:
        return Part(name, there=False, wanted=wanted, trouble="is not installed")
    if not any(one["metadata"]["name"] == main for one in everything):
        return Part(name, there=True, keeper=found.keeper, wanted=wanted, trouble=f"Deployment {main} is not there")
    lacks = [f"{one['metadata']['name']} {lack}" for one in everything
             if one["metadata"]["name"] != DEX and (lack := unready(one))]  # fmt: skip
    versions = [image_version(one) for one in everything if one["metadata"]["name"] == main]
    return Part(name, True, found.keeper, versions[0] if versions else "", wanted, "; ".join(lacks[:3]))


def application_part(name: str, live: Object | None, wanted: Object) -> Part:
    """What an Application brings, by its own status. A chart that is not synced yet has no version here."""
    pinned = chart_version(wanted)
    if live is None:
        return Part(name, there=False, wanted=pinned, trouble="is not installed")
    trouble = "" if is_settled(live) else describe_application(live)
    return Part(name, True, "Argo CD", _synced_chart(live), pinned, trouble)


def foreign_part(name: str, found: Found) -> Part:
    """A component that somebody else has installed."""
    return Part(name, there=True, keeper=found.keeper)


def image_version(workload: Object) -> str:
    """The tag of the first image of its pods."""
    spec = ((workload.get("spec") or {}).get("template") or {}).get("spec") or {}
    images = [str(container.get("image", "")) for path, container in containers(spec) if path.startswith("containers")]
    match = re.search(r":([^:@/]+)(@|$)", images[0]) if images else None
    return match[1] if match else ""


def _synced_chart(live: Object) -> str:
    """The chart's version that was synced last, of the sources in their order."""
    spec, status = live.get("spec") or {}, live.get("status") or {}
    result = (status.get("operationState") or {}).get("syncResult") or {}
    sources = spec.get("sources") or [spec.get("source") or {}]
    revisions = result.get("revisions") or [result.get("revision", "")]
    return next(
        (str(revision) for source, revision in zip(sources, revisions, strict=False) if source.get("chart")), ""
    )


def describe_status(status: ClusterStatus) -> str:
    """A line for each part."""
    lines = [f"Cluster {status.cluster}: Kubernetes {status.kubernetes}, context {status.context}"]
    width = max((len(part.name) for part in status.parts), default=0)
    for part in status.parts:
        version = f"{part.version} -> {part.wanted}" if part.outdated else part.version or part.wanted
        health = "healthy" if part.healthy else part.trouble
        keeper = f"  (kept by {part.keeper})" if part.there and part.keeper and not part.wanted else ""
        lines.append(f"  {part.name:{width}}  {version or '-':20}  {health}{keeper}".rstrip())
    if status.outdated:
        lines.append(
            f"Outdated: {', '.join(status.outdated)}. Push the repository, then: tutor launchpad cluster install"
        )
    if not status.healthy:
        lines.append("What to do about it: tutor launchpad cluster doctor")
    return "\n".join(lines)
