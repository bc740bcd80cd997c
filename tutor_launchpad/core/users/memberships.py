"""Who is where with which role: what is read from the two systems, and put together for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tutor_launchpad.core.cluster.components import ARGO_CD, ARGO_WORKFLOWS

SYSTEMS = (ARGO_CD, ARGO_WORKFLOWS)
TITLES = {ARGO_CD: "Argo CD", ARGO_WORKFLOWS: "Argo Workflows"}
LONGEST = 30


@dataclass(frozen=True)
class Membership:
    """One account in one system. `role`: as others call it where the account is not `ours`.

    `whole`: it can be used; else its making or removal was interrupted. `current`: its rights are this Launchpad's.
    """

    name: str
    system: str
    role: str
    enabled: bool = True
    ours: bool = True
    whole: bool = True
    current: bool = True


@dataclass(frozen=True)
class Team:
    """A team of the single sign-on and what it may do in a system."""

    name: str
    role: str
    system: str


@dataclass(frozen=True)
class User:
    """One name with all its memberships. `notes`: what is amiss."""

    name: str
    role: str
    systems: tuple[str, ...]
    enabled: bool
    ours: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Credential:
    """What lets somebody in, shown once. `expires` is empty where it does not."""

    system: str
    kind: str
    value: str
    expires: str = ""


@dataclass(frozen=True)
class UserResult:
    """What was done to a user. `credentials` are shown here and kept nowhere."""

    user: str
    role: str
    systems: tuple[str, ...]
    enabled: bool
    changed: bool
    credentials: tuple[Credential, ...] = ()


@dataclass(frozen=True)
class UserList:
    """Everybody who may log in. `warnings` concern all of them."""

    users: tuple[User, ...]
    teams: tuple[Team, ...]
    warnings: tuple[str, ...]


def name_fault(name: str) -> str:
    """What is wrong with a user's name, as the end of a sentence."""
    if name == "admin":
        return "is Argo CD's own account: choose another name"
    if re.fullmatch(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?", name) and len(name) <= LONGEST:
        return ""
    return f"is to be at most {LONGEST} lower-case letters, digits and -, from a letter or digit to one"


def gather(memberships: Iterable[Membership]) -> tuple[User, ...]:
    """The users, by name. Where two systems disagree on a role, both are told."""
    found: dict[tuple[str, bool], list[Membership]] = {}
    for one in memberships:
        found.setdefault((one.name, one.ours), []).append(one)
    return tuple(_user(name, ours, of_name) for (name, ours), of_name in sorted(found.items()))


def _user(name: str, ours: bool, of_name: list[Membership]) -> User:
    roles = {one.system: one.role for one in of_name}
    notes = (
        [] if len({*roles.values()}) == 1 else [f"{one.role or 'no role'} in {TITLES[one.system]}" for one in of_name]
    )
    notes += [f"half made in {TITLES[one.system]}" for one in of_name if not one.whole]
    notes += [f"outdated rights in {TITLES[one.system]}" for one in of_name if one.whole and not one.current]
    enabled = [one for one in of_name if one.enabled]
    if enabled and len(enabled) < len(of_name):
        notes += [f"disabled in {TITLES[one.system]}" for one in of_name if not one.enabled]
    return User(name, of_name[0].role, tuple(one.system for one in of_name), bool(enabled), ours, tuple(notes))
