"""What an order changes in each system, decided from what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tutor_launchpad.core.cluster.components import ARGO_CD, ARGO_WORKFLOWS
from tutor_launchpad.core.errors import NotFound, Refused, refuse
from tutor_launchpad.core.users.memberships import SYSTEMS, TITLES, Membership

Found = Mapping[str, Membership]
"""System → the account of this name there."""


@dataclass(frozen=True)
class Order:
    """What is asked for. None and the empty password stand for no change.

    `generated`: the password to set where one is needed and none is given; `reset`: set one. `tokens`: the systems to
    make one in. `days`: how long tokens hold.
    """

    name: str
    role: str | None = None
    enabled: bool | None = None
    password: str = ""
    generated: str = ""
    reset: bool = False
    revoke: bool = False
    tokens: tuple[str, ...] = ()
    days: int = 30


@dataclass(frozen=True)
class Wanted:
    """An account after the change. `password`: a new one, where it is not empty; `revoke`: end sessions and tokens."""

    name: str
    role: str
    enabled: bool = True
    password: str = ""
    revoke: bool = False


@dataclass(frozen=True)
class Change:
    """What happens in one system. `shown`: the password was generated, and has to be told; `token`: make one."""

    system: str
    before: Membership | None
    wanted: Wanted
    shown: bool = False
    token: bool = False


def plan_creation(order: Order, role: str, found: Found, systems: Sequence[str]) -> list[Change]:
    """Accounts in these systems where there is none yet; raises `Refused` where there is another."""
    problems = [_not_ours(one) for system, one in found.items() if system in systems and not one.ours]
    problems += [
        f"User {order.name} has the role {one.role} in {TITLES[one.system]} already: change it with "
        f"`tutor launchpad user update {order.name} --role {role}`."
        for one in found.values()
        if one.ours and one.whole and one.role not in ("", role)
    ]
    refuse(problems)
    return [_creation(order, role, system, found.get(system)) for system in systems]


def plan_update(order: Order, found: Found) -> list[Change]:
    """Changes in the systems where the user is; raises `NotFound` where they are in none."""
    ours = owned(order.name, found)
    problems = [
        f"User {order.name} is half made or half removed in {TITLES[system]}: finish it with `tutor launchpad user create` "
        "or `tutor launchpad user delete`."
        for system, one in ours.items()
        if not one.whole
    ]
    problems += [
        f"The role of user {order.name} in {TITLES[system]} cannot be read: give it with --role."
        for system, one in ours.items()
        if not (one.role or order.role)
    ]
    lacking = {ARGO_CD} if order.reset else set()
    problems += [
        f"User {order.name} is not in {TITLES[system]}: add them with `tutor launchpad user create {order.name}`."
        for system in SYSTEMS
        if system in lacking | {*order.tokens} and system not in ours
    ]
    if order.tokens and not _enabled(order, ours):
        problems.append(f"User {order.name} is disabled, and gets no token: enable them with --enable.")
    refuse(problems)
    return [_update(order, one) for one in ours.values()]


def owned(name: str, found: Found) -> dict[str, Membership]:
    """The accounts of this name that Launchpad has made; raises where there are none."""
    ours = {system: one for system, one in found.items() if one.ours}
    if ours:
        return ours
    if found:
        raise Refused([_not_ours(one) for one in found.values()])
    raise NotFound(f"There is no user {name}: `tutor launchpad user list` shows who there is.")


def _creation(order: Order, role: str, system: str, before: Membership | None) -> Change:
    new = before is None or not before.whole
    enabled = new or (before is not None and before.enabled)
    sets = new and system == ARGO_CD
    password = (order.password or order.generated) if sets else ""
    token = new and (system == ARGO_WORKFLOWS or system in order.tokens)
    return Change(system, before, Wanted(order.name, role, enabled, password), sets and not order.password, token)


def _update(order: Order, before: Membership) -> Change:
    enabled = before.enabled if order.enabled is None else order.enabled
    sets = before.system == ARGO_CD and order.reset
    password = (order.password or order.generated) if sets else ""
    wanted = Wanted(order.name, order.role or before.role, enabled, password, order.revoke)
    return Change(before.system, before, wanted, sets and not order.password, before.system in order.tokens)


def _enabled(order: Order, ours: Mapping[str, Membership]) -> bool:
    if order.enabled is not None:
        return order.enabled
    return all(one.enabled for system, one in ours.items() if system in order.tokens)


def _not_ours(one: Membership) -> str:
    return (
        f"Account {one.name} in {TITLES[one.system]} was not made by Launchpad, which leaves it alone: choose another name, "
        "or remove it there first."
    )
