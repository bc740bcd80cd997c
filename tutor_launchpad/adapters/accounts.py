"""Accounts in the two systems, behind one interface. Each write is one key or object, so that nothing is half written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Protocol

from tutor_launchpad.adapters.kubernetes import Cluster
from tutor_launchpad.core.access import Permission
from tutor_launchpad.core.cluster.components import ARGO_CD, ARGO_WORKFLOWS
from tutor_launchpad.core.errors import NotFound
from tutor_launchpad.core.users import argo_cd, argo_workflows
from tutor_launchpad.core.users.memberships import Membership
from tutor_launchpad.core.users.planning import Wanted
from tutor_launchpad.core.users.roles import workflow_permissions

RBAC_GROUP = "rbac.authorization.k8s.io"


class Accounts(Protocol):
    """The accounts of one system."""

    @property
    def system(self) -> str:
        """Its name."""

    def all(self) -> list[Membership]:
        """Every account; `NotFound` where the system is not there."""

    def needs(self, role: str | None) -> list[Permission]:
        """What one must be allowed to do to make or change an account of this role; None: to remove one."""

    def put(self, before: Membership | None, wanted: Wanted) -> bool:
        """Make the account so; whether anything changed."""

    def remove(self, name: str) -> None:
        """End the account with its sessions and tokens."""


@dataclass(frozen=True)
class ArgoCdAccounts:
    """Local accounts of Argo CD."""

    cluster: Cluster
    namespace: str
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)
    system: str = ARGO_CD

    def all(self) -> list[Membership]:
        """Read from the two ConfigMaps; no Secret is looked at."""
        return argo_cd.read_accounts(self._data(argo_cd.SETTINGS), self.policies())

    def policies(self) -> argo_cd.Data:
        """What may be done by whom."""
        return self._data(argo_cd.POLICIES)

    def needs(self, role: str | None) -> list[Permission]:
        """Two ConfigMaps and a Secret, which are there."""
        return [
            *(Permission(verb, "", "configmaps", self.namespace) for verb in ("get", "patch")),
            Permission("patch", "", "secrets", self.namespace),
        ]

    def put(self, before: Membership | None, wanted: Wanted) -> bool:
        """Rights first, the account last: there is none without its password and rights."""
        changed = False
        if before is None or not before.current or before.role != wanted.role:
            text = argo_cd.policy_text(wanted.name, wanted.role)
            self._change("ConfigMap", argo_cd.POLICIES, {argo_cd.policy_key(wanted.name): text})
            changed = True
        if wanted.revoke:
            self._change("Secret", argo_cd.SECRET, argo_cd.revocation(wanted.name, self.now()))
            changed = True
        if wanted.password:
            change = argo_cd.password_change(wanted.name, _hashed(wanted.password), self.now())
            self._change("Secret", argo_cd.SECRET, change)
            changed = True
        if before is None or not before.whole or before.enabled != wanted.enabled:
            self._change("ConfigMap", argo_cd.SETTINGS, argo_cd.account_change(wanted.name, enabled=wanted.enabled))
            changed = True
        return changed

    def remove(self, name: str) -> None:
        """The account goes first, and with it all that it could do."""
        self._change("ConfigMap", argo_cd.SETTINGS, argo_cd.account_removal(name))
        self._change("Secret", argo_cd.SECRET, argo_cd.secret_removal(name))
        self._change("ConfigMap", argo_cd.POLICIES, {argo_cd.policy_key(name): None})

    def _change(self, kind: str, name: str, data: argo_cd.Change) -> None:
        self.cluster.patch("v1", kind, name, self.namespace, {"data": data})

    def _data(self, name: str) -> argo_cd.Data:
        found = self.cluster.find("v1", "ConfigMap", name, self.namespace)
        if found is None:
            raise NotFound(
                f"Argo CD is not in namespace {self.namespace}, which has no ConfigMap {name}: install it, set "
                "LAUNCHPAD_ARGOCD_NAMESPACE to where it is, or leave it out with --system argo-workflows."
            )
        return found.get("data") or {}


@dataclass(frozen=True)
class WorkflowAccounts:
    """ServiceAccounts for Argo Workflows, in Launchpad's namespace."""

    cluster: Cluster
    namespace: str
    system: str = ARGO_WORKFLOWS

    def all(self) -> list[Membership]:
        """By the label that each object of a user has; none where there is no namespace."""
        kinds = (("v1", "ServiceAccount"), (argo_workflows.RBAC, "Role"), (argo_workflows.RBAC, "RoleBinding"))
        found = [self.cluster.list(version, kind, self.namespace, argo_workflows.USER_LABEL) for version, kind in kinds]
        return argo_workflows.read_accounts(*found)

    def needs(self, role: str | None) -> list[Permission]:
        """Three kinds of objects, tokens, and the role's own rights: nobody can give what they have not."""
        kinds = (("", "serviceaccounts"), (RBAC_GROUP, "roles"), (RBAC_GROUP, "rolebindings"))
        verbs = ("delete",) if role is None else ("get", "list", "create", "patch", "delete")
        found = [Permission(verb, group, kind, self.namespace) for group, kind in kinds for verb in verbs]
        if role is not None:
            found += [
                Permission("get", "", "namespaces"),
                Permission("create", "", "serviceaccounts", self.namespace, "token"),
            ]
            found += workflow_permissions(role, self.namespace)
        return found

    def put(self, before: Membership | None, wanted: Wanted) -> bool:
        """The binding comes last, and goes first where the account is disabled. A new account is what ends its tokens."""
        self._make_namespace()
        name, role, place = wanted.name, wanted.role, self.namespace
        changed = not wanted.enabled and self._delete(argo_workflows.RBAC, "RoleBinding", name)
        if wanted.revoke or (before is not None and before.enabled and not wanted.enabled):
            changed = self._delete("v1", "ServiceAccount", name) or changed
        objects = [
            argo_workflows.account(name, role, place, enabled=wanted.enabled),
            argo_workflows.role_object(name, role, place),
            *([argo_workflows.binding(name, role, place)] if wanted.enabled else []),
        ]
        done = [self.cluster.ensure(one) for one in objects]
        return changed or any(one != "unchanged" for one in done)

    def remove(self, name: str) -> None:
        """The account goes first, and with it its tokens."""
        self._delete("v1", "ServiceAccount", name)
        self._delete(argo_workflows.RBAC, "RoleBinding", name)
        self._delete(argo_workflows.RBAC, "Role", name)

    def make_token(self, name: str, seconds: int) -> tuple[str, str]:
        """A new token, and when it expires."""
        return self.cluster.token(self.namespace, argo_workflows.account_name(name), seconds)

    def _delete(self, version: str, kind: str, user: str) -> bool:
        return self.cluster.delete(version, kind, argo_workflows.account_name(user), self.namespace)

    def _make_namespace(self) -> None:
        from launchpad_workflows.templates.common import TemplateParams
        from launchpad_workflows.templates.rbac import build_namespace

        if self.cluster.find("v1", "Namespace", self.namespace) is None:
            self.cluster.apply(build_namespace(TemplateParams("", self.namespace)))


def _hashed(password: str) -> str:
    import bcrypt

    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(10)).decode()
