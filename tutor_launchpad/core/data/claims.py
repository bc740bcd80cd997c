"""Claims: which an instance names, which Kubernetes would refuse to change, which are left over."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tutor_launchpad.core.errors import Refused
from tutor_launchpad.core.quantities import parse_quantity
from tutor_launchpad.core.types import Object

KIND = "PersistentVolumeClaim"
PAGE = "docs/howto/move-data.md"


@dataclass(frozen=True)
class Claim:
    """A claim that an instance names. `ordinals`: it stands for all that a StatefulSet makes, `<name>-0` and so on."""

    name: str
    spec: Mapping[str, Any]
    ordinals: bool = False

    def holds(self, name: str) -> bool:
        """Whether a claim in the cluster is this one."""
        return bool(re.fullmatch(rf"{re.escape(self.name)}-\d+", name)) if self.ordinals else name == self.name

    def __str__(self) -> str:
        """`mysql`, or `data-search-…` for those of a StatefulSet."""
        return f"{self.name}-…" if self.ordinals else self.name


@dataclass(frozen=True)
class Leftover:
    """A claim in the cluster that Git does not name. `storage_class` and `size` as the cluster tells them."""

    name: str
    size: str
    storage_class: str


def claims_of(objects: Iterable[Object]) -> dict[str, Claim]:
    """The claims that these objects bring, by what they are called."""
    found = []
    for item in objects:
        if item["kind"] == KIND:
            found.append(Claim(item["metadata"]["name"], item.get("spec") or {}))
        elif item["kind"] == "StatefulSet":
            for template in item["spec"].get("volumeClaimTemplates") or []:
                name = f"{template['metadata']['name']}-{item['metadata']['name']}"
                found.append(Claim(name, template.get("spec") or {}, ordinals=True))
    return {str(claim): claim for claim in found}


def leftovers(live: Iterable[Object], named: Mapping[str, Claim]) -> list[Leftover]:
    """Claims of a namespace that nothing names any more; those that another object owns go with it."""
    return [
        Leftover(item["metadata"]["name"], _requested(item["spec"]), str(item["spec"].get("storageClassName") or ""))
        for item in sorted(live, key=lambda one: str(one["metadata"]["name"]))
        if not item["metadata"].get("ownerReferences")
        and not any(claim.holds(item["metadata"]["name"]) for claim in named.values())
    ]


def claim_problems(
    wanted: Mapping[str, Claim], before: Mapping[str, Claim], live: Iterable[Object] | None
) -> list[str]:
    """What Kubernetes would refuse to make of the claims in the cluster; where these are unknown (None), of those in Git."""
    there = {name: _as_object(claim) for name, claim in before.items()}
    if live is not None:
        there = {item["metadata"]["name"]: item for item in live}
    problems: list[str] = []
    for name, claim in wanted.items():
        if claim.ordinals:
            problems += _changed_template(claim, before.get(name))
        elif name in there:
            problems += _refused(claim, there[name])
    return problems


def grown(wanted: Mapping[str, Claim], live: Iterable[Object]) -> list[tuple[str, str]]:
    """(claim, storage class) of those that are to become larger, which not every class allows."""
    return [
        (item["metadata"]["name"], str(item["spec"].get("storageClassName") or ""))
        for item in live
        for claim in wanted.values()
        if claim.holds(item["metadata"]["name"]) and _size(claim.spec) > _size(item["spec"]) > 0
    ]


def _as_object(claim: Claim) -> Object:
    return {"metadata": {"name": claim.name}, "spec": claim.spec}


def _changed_template(claim: Claim, recorded: Claim | None) -> Iterable[str]:
    if recorded is not None and recorded.spec != claim.spec:
        yield (
            f"The claims {claim} of a StatefulSet would change, which Kubernetes refuses: keep them as they were, or delete "
            "the StatefulSet with --cascade=orphan first, which leaves its pods and claims."
        )


def _refused(claim: Claim, there: Object) -> Iterable[str]:
    """One sentence for each field; of a claim in the cluster Kubernetes lets only the size be raised, once it is bound."""
    spec, status = there["spec"], there.get("status") or {}
    old, new, bound = _size(spec), _size(claim.spec), _size({"resources": {"requests": status.get("capacity") or {}}})
    sizes = f"from {_requested(spec)} to {_requested(claim.spec)}"
    if new < old and not 0 < bound < new:  # a raise that has not succeeded may be taken back, down to what there is
        yield _sentence(claim.name, f"would shrink {sizes}", "ask for as much as before")
    if new > old and status.get("phase") == "Pending":
        yield _sentence(claim.name, f"would grow {sizes} before it has a volume", "wait until it is bound")
    for field, words in (("storageClassName", "storage class"), ("accessModes", "access modes")):
        wanted, given = claim.spec.get(field), spec.get(field)
        if wanted is not None and given is not None and _texts(wanted) != _texts(given):
            change = f"would change its {words} from {', '.join(_texts(given))} to {', '.join(_texts(wanted))}"
            yield _sentence(claim.name, change, "keep them" if field == "accessModes" else "keep it")


def _sentence(name: str, change: str, remedy: str) -> str:
    return f"Claim {name} {change}, which Kubernetes refuses: {remedy}, or move its data to a new claim ({PAGE})."


def _texts(value: object) -> list[str]:
    return sorted(map(str, value)) if isinstance(value, list) else [str(value) or "none"]


def _requested(spec: Mapping[str, Any]) -> str:
    return str(((spec.get("resources") or {}).get("requests") or {}).get("storage", "?"))


def _size(spec: Mapping[str, Any]) -> Decimal:
    try:
        return parse_quantity(_requested(spec))
    except Refused:
        return Decimal(0)
