"""Changes after which an instance would not find its data: one sentence and the commands for each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from launchpad_workflows import names

from tutor_launchpad.core.data import advice
from tutor_launchpad.core.data.claims import Claim
from tutor_launchpad.core.data.places import CLAIMS, ELSEWHERE, NAMESPACE, PODS, SERVER, Place, Places

LABELS = {"mysql": "MySQL", "mongodb": "MongoDB", "storage": "The storage of files", "meilisearch": "The search index"}

NOUNS = {"mysql": "database", "mongodb": "database", "storage": "bucket", "meilisearch": "index"}

USERS = {"mysql": (names.MYSQL_USER, "_"), "mongodb": (names.MONGODB_USER, "_"), "storage": (names.ACCESS_KEY, "-")}
"""How a resource's users are named: the longest name, and what separates its parts."""


@dataclass(frozen=True)
class Parting:
    """`resource`: mysql, mongodb, storage, meilisearch …, claim or instance; `todo`: what to do, a line each."""

    resource: str
    name: str
    what: str
    todo: tuple[str, ...]


@dataclass(frozen=True)
class Change:
    """What an earlier deploy recorded and what this one would. `kept`: claims in the cluster that Git does not name."""

    instance: str
    before: Places
    after: Places
    claims_before: Mapping[str, Claim]
    claims_after: Mapping[str, Claim]
    kept: frozenset[str] = frozenset()


def find_partings(change: Change) -> list[Parting]:
    """All partings but those of a new name, sorted as the resources are."""
    found: list[Parting] = []
    told: set[str] = set()
    for resource, before in change.before.items():
        after = change.after.get(resource, Place(PODS))
        if _moved(before, after):
            found.append(_move(change, resource, before, after))
            told |= {CLAIMS.get(resource, "")} if before.at == NAMESPACE else set()
        else:
            found += _renamed(change.instance, resource, before, after)
    gone = [claim for name, claim in change.claims_before.items() if name not in {*change.claims_after, *told}]
    return [*found, *(_claim(change.instance, claim) for claim in gone)]


def renamed_instance(instance: str, former: Iterable[str]) -> list[Parting]:
    """One parting for each name that this root was deployed under before."""
    return [
        Parting(
            "instance",
            old,
            f"This Tutor root was deployed as instance {old} before. Instance {instance} starts empty: databases, files and "
            f"claims stay with {old}, whose Application goes on running and serves its hosts until you remove it.",
            advice.rename(old, instance),
        )
        for old in former
    ]


def question(instance: str, partings: Iterable[Parting]) -> str:
    """What is asked of the operator."""
    lines = [f"This deploy would part {instance} from its data:", *(f"  - {one.what}" for one in partings)]
    return "\n".join(lines)


def _moved(before: Place, after: Place) -> bool:
    """An old record tells neither address nor names; a server's name and address both count."""
    if (before.at, before.server) != (after.at, after.server):
        return True
    return bool(before.names is not None and before.address != after.address)


def _move(change: Change, resource: str, before: Place, after: Place) -> Parting:
    label = LABELS.get(resource, resource)
    where = f"{label} moves from {_where(resource, before)} to {_where(resource, after)}."
    if resource == "meilisearch":
        what = f"{where} The index does not move by itself: searches find nothing until it is built anew."
    elif before.at == PODS:
        what = f"{where} What was uploaded so far is in the pods alone, and this deploy replaces them."
    else:
        what = f"{where} Data does not move by itself: Open edX would start without it{_names(before, after)}."
    if before.at == NAMESPACE:
        what += f" Claim {CLAIMS.get(resource, resource)} stays with what it holds."
    if after.at == NAMESPACE and CLAIMS.get(resource) in change.kept:
        what += f" Claim {CLAIMS[resource]} is found again, with what it held before."
    return Parting(resource, resource, what, advice.move(change.instance, resource, before, after))


def _where(resource: str, place: Place) -> str:
    if place.at == SERVER:
        at = f" ({place.address})" if place.address else ""
        return f"server {resource}/{place.server}{at}"
    if place.at == NAMESPACE:
        return f"the namespace (claim {CLAIMS.get(resource, resource)})"
    if place.at == ELSEWHERE:
        return f"{place.address or 'another store'}, which Launchpad does not keep"
    return "the pods" if resource == "storage" else "nowhere"


def _names(before: Place, after: Place) -> str:
    """` (openedx becomes first__openedx)`, of databases and buckets."""
    new = after.names or {}
    pairs = [f"{old} becomes {new[name]}" for name, old in (before.names or {}).items() if new.get(name, old) != old]
    return f" ({', '.join(dict.fromkeys(pairs))})" if pairs else ""


def _renamed(instance: str, resource: str, before: Place, after: Place) -> Iterable[Parting]:
    """Names that changed, or are used no more, in one place."""
    new, noun, there = after.names or {}, NOUNS.get(resource, "name"), _where(resource, before)
    for setting, name in (before.names or {}).items():
        if setting not in new:
            what = f"Nothing uses {noun} {name} ({setting}) any more. It stays in {there} with what it holds."
            yield Parting(resource, name, what, (advice.EXPLAINED,))
        elif new[setting] != name:
            what = (
                f"{setting} changes from {name} to {new[setting]}. Data does not move by itself: Open edX would start with an "
                f"empty {noun}, and {name} stays in {there}."
            )
            yield Parting(resource, name, what, advice.renamed(instance, resource, setting, before, after))
    for setting, name in before.users.items():
        if not _same_user(resource, name, after.users.get(setting, name)):
            what = (
                f"{setting} changes from {name} to {after.users[setting]}. User {name} stays in {there}, with its rights to "
                "the data."
            )
            yield Parting(
                resource, name, what, advice.other_user(setting, name.removesuffix("__2").removesuffix("--2"))
            )


def _same_user(resource: str, before: str, after: str) -> bool:
    """A rotation goes between two names of one user, which have the same rights."""
    limit, separator = USERS.get(resource, (names.MONGODB_USER, "_"))
    one, other = (names.generation(name, 2, limit, separator) for name in (before, after))
    return before in (after, other) or after == one


def _claim(instance: str, claim: Claim) -> Parting:
    what = (
        f"Nothing names claim {claim} any more. It stays in namespace {instance} with what it holds, and what names it again "
        "finds it."
    )
    return Parting("claim", str(claim), what, advice.claim(instance, claim))
