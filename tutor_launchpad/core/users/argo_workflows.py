"""Users of Argo Workflows: ServiceAccounts whose tokens its server takes, and what the objects that are there say.

A user's account, Role and RoleBinding have one name. The binding is made last: without it an account may do nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tutor_launchpad.core.cluster.components import ARGO_WORKFLOWS
from tutor_launchpad.core.types import Object
from tutor_launchpad.core.users.memberships import Membership, Team
from tutor_launchpad.core.users.roles import ROLES, workflow_rules

RBAC = "rbac.authorization.k8s.io/v1"
USER_LABEL = "launchpad.openedx.org/user"
ROLE_LABEL = "launchpad.openedx.org/role"
ENABLED_LABEL = "launchpad.openedx.org/enabled"
RULE = "workflows.argoproj.io/rbac-rule"
MANAGED = {"app.kubernetes.io/managed-by": "launchpad"}


def account_name(user: str) -> str:
    """The name of a user's objects."""
    return f"launchpad-user-{user}"


def account(user: str, role: str, namespace: str, *, enabled: bool) -> Object:
    """The ServiceAccount. Pods could not use it by mistake: it mounts no token."""
    made = _object("v1", "ServiceAccount", user, role, namespace)
    made["metadata"]["labels"][ENABLED_LABEL] = str(enabled).lower()
    return made | {"automountServiceAccountToken": False}


def role_object(user: str, role: str, namespace: str) -> Object:
    """The Role."""
    return _object(RBAC, "Role", user, role, namespace) | {"rules": workflow_rules(role)}


def binding(user: str, role: str, namespace: str) -> Object:
    """The RoleBinding."""
    name = account_name(user)
    return _object(RBAC, "RoleBinding", user, role, namespace) | {
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
    }


def read_accounts(accounts: Iterable[Object], roles: Iterable[Object], bindings: Iterable[Object]) -> list[Membership]:
    """The users, from all objects of a namespace that carry the label of one; also what is left of one."""
    found = [{_label(one, USER_LABEL): one for one in objects} for objects in (accounts, roles, bindings)]
    return [
        _membership(user, *(by_user.get(user) for by_user in found))
        for user in sorted({*found[0], *found[1], *found[2]})
    ]


def read_teams(accounts: Iterable[Object]) -> list[Team]:
    """What the accounts of a single sign-on say: the rule in words of Argo Workflows, and the role."""
    rules = [(_annotations(one).get(RULE, ""), _label(one, ROLE_LABEL)) for one in accounts]
    return [Team(team, role, ARGO_WORKFLOWS) for rule, role in rules if rule for team in rule.split("'")[1::2]]


def _membership(user: str, account: Object | None, role: Object | None, bound: Object | None) -> Membership:
    one = account or role or bound or {}
    name = _label(one, ROLE_LABEL)
    disabled = _label(one, ENABLED_LABEL) == "false"
    rules = (role or {}).get("rules")
    return Membership(
        user,
        ARGO_WORKFLOWS,
        name if name in ROLES else "",
        enabled=not disabled,
        whole=account is not None and role is not None and (disabled or bound is not None),
        current=name in ROLES and rules == workflow_rules(name) and _label(role or {}, ROLE_LABEL) == name,
    )


def _object(api_version: str, kind: str, user: str, role: str, namespace: str) -> Object:
    labels = {**MANAGED, USER_LABEL: user, ROLE_LABEL: role}
    metadata = {"name": account_name(user), "namespace": namespace, "labels": labels}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _label(obj: Object, name: str) -> str:
    return str(_part(obj, "labels").get(name, ""))


def _annotations(obj: Object) -> Mapping[str, str]:
    return _part(obj, "annotations")


def _part(obj: Object, name: str) -> Mapping[str, str]:
    return (obj.get("metadata") or {}).get(name) or {}
