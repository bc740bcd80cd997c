"""A destruction in words: before it, for the decision, and after it, for the bill."""

from __future__ import annotations

from tutor_launchpad.core.infrastructure.changes import Planned
from tutor_launchpad.core.infrastructure.inside import Inside, described, volume_text
from tutor_launchpad.core.infrastructure.parting import Division
from tutor_launchpad.core.infrastructure.results import DestroyResult


def describe_parting(cluster: str, inside: Inside, division: Division, planned: Planned) -> str:
    """All that would go, data first, and what stays."""
    lines = [f"Cluster {cluster} would be destroyed: {len(planned.changes)} objects of Terraform's."]
    if planned.losses:
        lines += ["DATA WOULD BE LOST:", *(f"  {one.holds} {one.name} ({one.address})" for one in planned.losses)]
    if division.kept:
        lines += ["Stays, with the network that it is in, and costs money (--delete-data NAME lets it go):",
                  *(f"  {one.holds} {one.name}" for one in division.kept)]  # fmt: skip
    lines += [f"Kubernetes cluster {one.name} stays too, as kept data stands on it." for one in division.standing]
    if inside.staying:
        lines += ["Volumes that stay, and cost money:", *(f"  {volume_text(one)}" for one in inside.staying)]
    parted = _parted(division, planned)
    if parted:
        lines += ["Goes, though it belongs to what stays:", *(f"  {address}" for address in parted)]
    deleted = [described(one) for one in inside.outstanding]
    if deleted:
        lines += ["Deleted in Kubernetes first:", *(f"  {one}" for one in deleted)]
    rest = [one.address for one in planned.changes if not one.holds and one.address not in parted]
    return "\n".join([*lines, *(["Destroyed:", *(f"  {address}" for address in rest)] if rest else [])])


def describe_destroyed(result: DestroyResult) -> str:
    """What is done, and what costs money still."""
    inside = "what Kubernetes made in the cloud is deleted" if result.changed else "there was nothing to destroy"
    done = f"{len(result.destroyed)} objects are destroyed" if result.destroyed else inside
    lines = [f"Cluster {result.cluster}: {done}."]
    if not result.left:
        return "\n".join([*lines, "Nothing of it is left in the cloud that this command knows."])
    lines.append("Still there, and costs money:")
    for one in result.left:
        stays = "  <- kept, as nobody named it" if one.name in result.kept else ""
        lines.append(f"  {one}{stays}" + (f"\n      {one.remove}" if one.remove and not stays else ""))
    return "\n".join(lines)


def _parted(division: Division, planned: Planned) -> list[str]:
    """What serves or guards kept data and goes all the same: it stands on something that goes, or shares its block with it."""
    known = {*(division.targets or ())} - {*division.parted}
    return [one.address for one in planned.changes if division.kept and one.address not in known]
