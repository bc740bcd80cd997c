"""Whether this deploy would part the instance from its data."""

from __future__ import annotations

from collections.abc import Mapping

from tutor_launchpad import hooks
from tutor_launchpad.core.data.claims import KIND, PAGE, Claim, claim_problems, claims_of, grown, leftovers
from tutor_launchpad.core.data.former import former_names
from tutor_launchpad.core.data.partings import Change, Parting, find_partings, renamed_instance
from tutor_launchpad.core.data.places import Place, Places, from_record, from_settings, masked, read_places
from tutor_launchpad.core.errors import Forbidden, refuse
from tutor_launchpad.core.instance import read_manifests, read_settings_file
from tutor_launchpad.core.types import Object
from tutor_launchpad.steps.deployment import Deployment

_CLAIMING = ("PersistentVolumeClaim", "StatefulSet")


def places(deployment: Deployment) -> dict[str, Place]:
    """Where this deploy puts the instance's data, fit to be recorded."""
    resources, mask = deployment.resources, deployment.mask
    servers = {} if resources is None else {one.resource: one.name for one in resources.servers}
    databases = hooks.MYSQL_DATABASES.apply([], deployment.config)
    own = read_places(deployment.config, servers, databases)
    found: dict[str, Place] = hooks.DATA_PLACES.apply(own, deployment.config)
    assert mask is not None
    return masked(found, mask)


def formerly(deployment: Deployment) -> list[str]:
    """The names that the new record owns up to: those of the present one, and those that are about to be left."""
    own, instance = deployment.neighbours.get(deployment.settings.instance), deployment.settings.instance
    known = (own or {}).get("formerly")
    return sorted({*map(str, known if isinstance(known, list) else []), *_former(deployment)} - {instance})


def _former(deployment: Deployment) -> list[str]:
    instance = deployment.settings.instance
    own = deployment.neighbours.get(instance)
    root_id = str(deployment.config["ID"])
    remembered = deployment.memory.instance
    return former_names(root_id, deployment.others, own, remembered if remembered != instance else "")


def find(deployment: Deployment) -> list[Parting]:
    """All partings of this deploy. Raises `Refused` with what Kubernetes would refuse to make of the claims."""
    instance = deployment.settings.instance
    files = deployment.repository.files(deployment.settings.folder, deployment.repository.head)
    before, after = claims_of(read_manifests(files, _CLAIMING)), claims_of(deployment.objects)
    live = live_claims(deployment)
    problems = [*claim_problems(after, before, live), *_not_expandable(deployment, grown(after, live or []))]
    refuse(problems)
    deployment.leftovers = leftovers(live or [], after)
    kept = frozenset(item["metadata"]["name"] for item in live or []) - set(before)
    change = Change(instance, _before(deployment, files, before), places(deployment), before, after, kept)
    return [*renamed_instance(instance, _former(deployment)), *find_partings(change)]


def live_claims(deployment: Deployment) -> list[Object] | None:
    """The claims in the namespace; None without a cluster, and where they may not be seen, which is said."""
    if deployment.cluster is None:
        return None
    try:
        return deployment.cluster.list("v1", KIND, deployment.settings.instance)
    except Forbidden:
        deployment.progress.say("you may not list the claims of the namespace: Git's are compared instead")
        return None


def _not_expandable(deployment: Deployment, claims: list[tuple[str, str]]) -> list[str]:
    """Claims that are to grow, of a storage class that does not allow it; a class that may not be seen is passed over."""
    cluster, problems = deployment.cluster, []
    for claim, name in claims:
        try:
            found = cluster.find("storage.k8s.io/v1", "StorageClass", name) if cluster is not None and name else None
        except Forbidden:
            continue
        if found is not None and not found.get("allowVolumeExpansion"):
            problems.append(
                f"Claim {claim} would grow, which its storage class {name} does not allow: ask for as much as before, or move "
                f"its data to a new claim ({PAGE})."
            )
    return problems


def _before(deployment: Deployment, files: Mapping[str, bytes], claims: Mapping[str, Claim]) -> Places:
    """What the repository tells of the last deploy; where it has nothing, what the root has kept."""
    instance = deployment.settings.instance
    own = deployment.neighbours.get(instance)
    if own is None:
        return deployment.memory.places if deployment.memory.instance == instance else {}
    return from_record(own["data"]) if "data" in own else from_settings(read_settings_file(files), claims)
