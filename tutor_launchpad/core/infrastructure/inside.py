"""What is in Kubernetes that has something in the cloud, of which Terraform does not know."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from tutor_launchpad.core.infrastructure.clouds import Found
from tutor_launchpad.core.listing import listed
from tutor_launchpad.core.policies import INSTANCE_LABEL
from tutor_launchpad.core.types import Object

OWN = ("argo", "argocd", "cert-manager", "harmony", "launchpad")
"""Namespaces that a cluster's repository installs, and that go with the cluster."""
PROJECT = "cluster"
"""Argo CD's project of what the cluster itself consists of."""
MOST = 40
"""Instances in a sentence."""


@dataclass(frozen=True)
class Inside:
    """Objects with something in the cloud, and those that would bring them back. `kept`: ids and names of data that stays."""

    namespaces: tuple[Object, ...] = ()
    applications: tuple[Object, ...] = ()
    services: tuple[Object, ...] = ()
    ingresses: tuple[Object, ...] = ()
    claims: tuple[Object, ...] = ()
    volumes: tuple[Object, ...] = ()
    kept: frozenset[str] = frozenset()

    @property
    def guarded(self) -> list[Object]:
        """Volumes that would be deleted in the cloud with their claims, although their data is kept."""
        return [one for one in self.volumes if not _is_retained(one) and _parts(one) & self.kept]

    @property
    def staying(self) -> list[Object]:
        """Volumes that outlive the cluster: by their reclaim policy, or as their data is kept."""
        return [one for one in self.volumes if _parts(one) and (_is_retained(one) or _parts(one) & self.kept)]

    @property
    def balanced(self) -> list[Object]:
        """What has a load balancer: such Services, and Ingresses that a controller of the cloud keeps."""
        services = [one for one in self.services if (one.get("spec") or {}).get("type") == "LoadBalancer"]
        return services + [one for one in self.ingresses if one["metadata"].get("finalizers")]

    @property
    def outstanding(self) -> list[Object]:
        """What has something in the cloud still; volumes that are to outlive their claims are told as left over."""
        bound = [one for one in self.volumes if not _is_retained(one) and not _parts(one) & self.kept]
        return [*self.balanced, *self.claims, *bound]

    @property
    def going(self) -> list[str]:
        """Namespaces of the cluster's own that hold some of it."""
        found = {one["metadata"].get("namespace", "") for one in [*self.balanced, *self.claims]}
        return sorted(found & set(OWN))


def _is_retained(volume: Object) -> bool:
    return (volume.get("spec") or {}).get("persistentVolumeReclaimPolicy") == "Retain"


def _handle(volume: Object) -> str:
    """How the cloud's driver calls it; empty where it is none of a cloud's."""
    spec = volume.get("spec") or {}
    return str(
        (spec.get("csi") or {}).get("volumeHandle") or (spec.get("awsElasticBlockStore") or {}).get("volumeID") or ""
    )


def _parts(volume: Object) -> set[str]:
    """Ids that are in the handle, such as a file system's beside its access point's."""
    return {part for part in re.split(r"[:/]+", _handle(volume)) if part}


def volume_text(volume: Object) -> str:
    """A volume by its name in Kubernetes and in the cloud, and whose it was."""
    return f"PersistentVolume {volume['metadata']['name']} ({', '.join([_handle(volume), *_origin(volume)])})"


def _origin(volume: Object) -> list[str]:
    spec = volume.get("spec") or {}
    size, claim = (spec.get("capacity") or {}).get("storage"), spec.get("claimRef")
    of = f"of claim {claim['name']} in namespace {claim['namespace']}" if claim else ""
    return [text for text in (size, of) if text]


def left_over(found: Sequence[Found], staying: Sequence[Object]) -> tuple[Found, ...]:
    """What the cloud lists as left, where volumes are told with the claim that they were of; those that it misses besides."""
    told, left = set(), []
    for one in found:
        mine = next((each for each in staying if one.name in {*_parts(each), each["metadata"]["name"]}), None)
        if mine is None:
            left.append(one)
            continue
        told.add(mine["metadata"]["name"])
        left.append(replace(one, note=", ".join(filter(None, [one.note, *_origin(mine)[-1:]]))))
    missed = [one for one in staying if one["metadata"]["name"] not in told]
    return (*left, *(Found("volume", _handle(one), note=", ".join(_origin(one))) for one in missed))


def instances(namespaces: Iterable[Object]) -> set[str]:
    """The instances that these namespaces are of."""
    return {one["metadata"]["name"] for one in namespaces if INSTANCE_LABEL in (one["metadata"].get("labels") or {})}


def standing_text(recorded: Collection[str], living: Collection[str] = (), unread: str = "") -> str:
    """Whom the cluster's end would hit. `recorded`: in the repository; `unread`: why the cluster could not be asked."""
    names = listed(sorted({*recorded, *living}), MOST)
    if not unread:
        return f"Instances stand on it: {names}." if names else "No instance stands on it."
    known = f"the repository has {names}" if names else "the repository has none"
    return f"Which instances stand on it could not be read; {known}. The reason: {unread.rstrip('.')}."


def obstacles(inside: Inside) -> list[str]:
    """One sentence for each thing that belongs to somebody."""
    used = instances(inside.namespaces)
    problems = [f"Instance {name} has its namespace in the cluster: {REMOVE}." for name in sorted(used)]
    for one in inside.applications:
        name = one["metadata"]["name"]
        if (one.get("spec") or {}).get("project") != PROJECT and name not in used:
            problems.append(f"Argo CD has the Application {name}: delete it, or remove the instance that it is of.")
    foreign = [one for one in [*inside.balanced, *inside.claims] if not _is_in(one, used) and not _is_in(one, OWN)]
    problems += [f"{described(one)} is nobody's whom this command knows: delete it first." for one in foreign]
    return problems


REMOVE = "remove it with `tutor launchpad deprovision` and its namespace, as docs/howto/remove.md says"


def described(one: Object) -> str:
    """An object as kubectl would name it."""
    metadata = one["metadata"]
    place = f" in namespace {metadata['namespace']}" if metadata.get("namespace") else ""
    return f"{one['kind']} {metadata['name']}{place}"


def _is_in(one: Object, namespaces: Iterable[str]) -> bool:
    return one["metadata"].get("namespace", "") in namespaces
