"""The roles, defined once: for local accounts, for teams of the single sign-on, in Argo CD and in Argo Workflows.

No role has a verb on Secrets. Who may create or change a Workflow runs any pod in Launchpad's namespace, and so reads
what is mounted there: that is the administrators' alone.
"""

from __future__ import annotations

from tutor_launchpad.core.access import Permission
from tutor_launchpad.core.types import Object

ADMIN, DEVELOPER, READONLY = "admin", "developer", "readonly"
ROLES = {
    ADMIN: "may do everything",
    DEVELOPER: "sees all, reads logs, syncs and restarts instances",
    READONLY: "sees all, changes nothing, reads no logs",
}
"""Role → what it means. From the most that one may do to the least."""

ARGO = "argoproj.io"
_SEE = ("get", "list", "watch")
_CHANGE = ("create", "update", "patch", "delete")
_KINDS = ("workflows", "workflowtemplates", "cronworkflows")


def argo_cd_role(role: str) -> str:
    """A role's name in Argo CD, where teams get it. The built-in ones are not used: others may have widened them."""
    return f"role:launchpad-{role}"


def argo_cd_policy(role: str, subject: str) -> tuple[str, ...]:
    """The lines of a policy that give a role to a subject."""
    if role == ADMIN:
        return (f"g, {subject}, role:admin",)
    lines = [("applications", "get", "*/*", "allow"), ("projects", "get", "*", "allow")]
    if role == DEVELOPER:
        restart = "action/apps/Deployment/restart"
        lines += [
            ("applications", "sync", "*/*", "allow"),
            ("applications", restart, "*/*", "allow"),
            ("logs", "get", "*/*", "allow"),
            # The project `cluster` is what the cluster itself consists of.
            ("applications", "sync", "cluster/*", "deny"),
            ("applications", restart, "cluster/*", "deny"),
        ]
    return tuple(", ".join(("p", subject, *line)) for line in lines)


def workflow_rules(role: str) -> list[Object]:
    """What a role may do in Launchpad's namespace, as rules of a Kubernetes Role."""
    rules = [_rule(ARGO, _KINDS, _SEE)]
    if role != READONLY:
        rules += [_rule("", ("pods", "events"), _SEE), _rule("", ("pods/log",), ("get",))]
    if role == ADMIN:
        rules.append(_rule(ARGO, _KINDS, _CHANGE))
    return rules


def workflow_permissions(role: str, namespace: str) -> list[Permission]:
    """The same as permissions: who has not got them cannot give them."""
    return [
        Permission(verb, group, resource.partition("/")[0], namespace, resource.partition("/")[2])
        for rule in workflow_rules(role)
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    ]


def _rule(group: str, resources: tuple[str, ...], verbs: tuple[str, ...]) -> Object:
    return {"apiGroups": [group], "resources": list(resources), "verbs": list(verbs)}
