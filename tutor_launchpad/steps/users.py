"""Makes, changes and removes users of Argo CD and Argo Workflows. Each run looks first, and finishes what one began."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

from tutor_launchpad.adapters.accounts import Accounts, ArgoCdAccounts, WorkflowAccounts
from tutor_launchpad.adapters.argo_cd_api import ArgoCdApi
from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.access import Permission, sentences
from tutor_launchpad.core.cluster.components import ARGO, ARGO_CD, ARGO_WORKFLOWS
from tutor_launchpad.core.errors import NotFound, refuse
from tutor_launchpad.core.users import argo_workflows
from tutor_launchpad.core.users.argo_cd import POLICIES, globs, read_teams, wide_default
from tutor_launchpad.core.users.memberships import (
    SYSTEMS,
    Credential,
    Membership,
    UserList,
    UserResult,
    gather,
)
from tutor_launchpad.core.users.planning import Change, Order, owned, plan_creation, plan_update
from tutor_launchpad.core.users.roles import ADMIN

DAY = 24 * 3600


@dataclass
class Users:
    """The users of one cluster. `result` is what a change has done so far, also where it fails."""

    cluster: Cluster
    argo_cd: ArgoCdAccounts
    workflows: WorkflowAccounts
    api: ArgoCdApi
    result: UserResult = field(default=UserResult("", "", (), True, False))

    @classmethod
    def of(cls, cluster: Cluster, argocd_namespace: str, namespace: str) -> Users:
        """Those that Argo CD in one namespace and Launchpad in another have."""
        return cls(
            cluster,
            ArgoCdAccounts(cluster, argocd_namespace),
            WorkflowAccounts(cluster, namespace),
            ArgoCdApi(cluster, argocd_namespace),
        )

    def create(self, order: Order, role: str, systems: Sequence[str]) -> UserResult:
        """Give the user the role in each of these systems."""
        found = self._find(order.name, systems)
        self._apply(order, plan_creation(order, role, found, systems))
        return self.result

    def update(self, order: Order) -> UserResult:
        """Change the user in each system where they are; their rights become what this Launchpad means by the role."""
        self._apply(order, plan_update(order, self._find(order.name, ())))
        return self.result

    def check_owned(self, name: str) -> None:
        """Raise where there is no such user, or one that is not ours."""
        owned(name, self._find(name, ()))

    def delete(self, name: str) -> UserResult:
        """End the user's accounts, with all sessions and tokens."""
        ours = owned(name, self._find(name, ()))
        needed = [one for system in ours for one in self._accounts(system).needs(None)]
        refuse(sentences(self.cluster.can_i(needed)))
        for system in ours:
            self._accounts(system).remove(name)
        role = next(iter(ours.values())).role
        self.result = UserResult(name, role, tuple(ours), False, True)
        return self.result

    def everybody(self) -> UserList:
        """Everybody, local accounts and teams."""
        memberships = [one for system in SYSTEMS for one in self._all(system, needed=False)]
        policies = self._policies()
        default = wide_default(policies)
        accounts = self.cluster.list("v1", "ServiceAccount", ARGO[ARGO_WORKFLOWS], argo_workflows.ROLE_LABEL)
        teams = (*read_teams(policies), *argo_workflows.read_teams(accounts))
        return UserList(
            gather(memberships), teams, (_wide(default, f"{self.argo_cd.namespace}/{POLICIES}"),) if default else ()
        )

    def _apply(self, order: Order, changes: Sequence[Change]) -> None:
        """Accounts first, then tokens, as these need the accounts and Argo CD's server."""
        refuse([*self._unfit(changes), *sentences(self.cluster.can_i(self._needs(changes)))])
        role = changes[0].wanted.role
        enabled = any(change.wanted.enabled for change in changes)
        self.result = UserResult(order.name, role, tuple(change.system for change in changes), enabled, False)
        for change in changes:
            if self._accounts(change.system).put(change.before, change.wanted):
                self.result = replace(self.result, changed=True)
            if change.shown:
                self._give(Credential(change.system, "password", change.wanted.password))
        for change in changes:
            if change.token:
                self._give(self._token(change, order.days * DAY))

    def _token(self, change: Change, seconds: int) -> Credential:
        name = change.wanted.name
        if change.system == ARGO_CD:
            expires = datetime.now(timezone.utc) + timedelta(seconds=seconds)
            token = self.api.make_token(name, change.wanted.password, seconds)
            return Credential(change.system, "token", token, f"{expires:%Y-%m-%dT%H:%M:%SZ}")
        token, until = self.workflows.make_token(name, seconds)
        return Credential(change.system, "token", token, until)

    def _give(self, credential: Credential) -> None:
        self.result = replace(self.result, changed=True, credentials=(*self.result.credentials, credential))

    def _needs(self, changes: Iterable[Change]) -> list[Permission]:
        found: list[Permission] = []
        for change in changes:
            found += self._accounts(change.system).needs(change.wanted.role)
            if change.token and change.system == ARGO_CD:
                found.append(Permission("create", "", "services", self.argo_cd.namespace, "proxy"))
        return found

    def _unfit(self, changes: Iterable[Change]) -> list[str]:
        """Why a narrow role would not be what it says. Who has it already may be locked out all the same."""
        given = [one for one in changes if one.before is None or one.before.role != one.wanted.role]
        if not any(one.system == ARGO_CD and one.wanted.role != ADMIN for one in given):
            return []
        policies, place = self.argo_cd.policies(), f"{self.argo_cd.namespace}/{POLICIES}"
        default = wide_default(policies)
        problems = [_wide(default, place)] if default else []
        if not globs(policies):
            problems.append(
                f"Argo CD reads policies as regular expressions: set policy.matchMode in ConfigMap {place} to glob."
            )
        return problems

    def _find(self, name: str, systems: Sequence[str]) -> dict[str, Membership]:
        """System → account. A system that is not there has none, unless it is meant."""
        return {
            system: one for system in SYSTEMS for one in self._all(system, needed=system in systems) if one.name == name
        }

    def _all(self, system: str, *, needed: bool) -> list[Membership]:
        try:
            return self._accounts(system).all()
        except NotFound:
            if needed:
                raise
            return []

    def _policies(self) -> dict[str, str]:
        try:
            return dict(self.argo_cd.policies())
        except NotFound:
            return {}

    def _accounts(self, system: str) -> Accounts:
        return self.argo_cd if system == ARGO_CD else self.workflows


def new_password() -> str:
    """One that nobody guesses, within the 32 characters that Argo CD takes where people change theirs."""
    return secrets.token_urlsafe(18)


def _wide(default: str, place: str) -> str:
    return (
        f"Argo CD gives {default} to everybody who can log in, so that no other role keeps anybody from anything: empty "
        f"policy.default in ConfigMap {place}."
    )
