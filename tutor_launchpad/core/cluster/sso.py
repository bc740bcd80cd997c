"""Single sign-on by GitHub: what Argo CD's Dex, Argo CD and Argo Workflows are told of an organisation and its teams.

Argo CD's Dex asks GitHub, and is the issuer for Argo Workflows too. Only members of the listed teams are let in.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from tutor_launchpad.core.cluster.components import ARGO, ARGO_WORKFLOWS
from tutor_launchpad.core.types import Object
from tutor_launchpad.core.users.argo_workflows import MANAGED, RBAC, ROLE_LABEL, RULE
from tutor_launchpad.core.users.roles import ROLES, argo_cd_policy, argo_cd_role, workflow_rules

CLIENT = "argo-workflows-sso"
"""Argo Workflows as a client of Dex, and the Secret with its id and secret in the namespaces of both."""
GITHUB = "github-sso"
"""The Secret with the id and secret of the OAuth application at GitHub."""
SECRET_VARIABLE = "ARGO_WORKFLOWS_SSO_CLIENT_SECRET"
LAUNCHPAD = "launchpad"
PRECEDENCE = "workflows.argoproj.io/rbac-rule-precedence"
SESSION = "8h"
"""How long a login holds. Nobody asks GitHub again in between: so long somebody who left a team is still let in."""
NOBODY = "none"
"""The role that takes a team out."""
RESERVED = ("role", "proj")
"""What Argo CD's own subjects begin with: a group `role:admin` would be the administrator."""

Teams = Mapping[str, str]
"""A team's slug → its role."""


def team_problems(organization: str, teams: Teams) -> list[str]:
    """What is wrong with an organisation and its teams, a sentence each."""
    if not organization and not teams:
        return []
    problems = []
    if bool(organization) != bool(teams):
        problems.append(
            "--github and --team go together: give an organisation and at least one of its teams, or neither."
        )
    if organization.lower() in RESERVED:
        problems.append(
            f"--github {organization}: Argo CD would take its teams for subjects of its own, which begin so too."
        )
    if organization and not re.fullmatch(r"[A-Za-z0-9](-?[A-Za-z0-9]){0,38}", organization):
        problems.append(f"--github {organization!r} is not the name of an organisation at GitHub.")
    for team, role in teams.items():
        if not re.fullmatch(r"[a-z0-9_][a-z0-9_-]{0,99}", team):
            problems.append(
                f"--team {team!r} is not a team's slug, as the address of its page ends: lower-case letters, digits and -."
            )
        if role not in ROLES:
            problems.append(
                f"--team {team}={role}: the role is not one of {', '.join(ROLES)}, or {NOBODY} to take it out."
            )
    return problems


def dex_config(organization: str, teams: Teams, workflows: str) -> str:
    """Argo CD's `dex.config`. `workflows`: the host of Argo Workflows; empty where it is not ours."""
    config: dict[str, Any] = {
        "connectors": [
            {
                "type": "github",
                "id": "github",
                "name": "GitHub",
                "config": {
                    "clientID": f"${GITHUB}:clientID",
                    "clientSecret": f"${GITHUB}:clientSecret",
                    "orgs": [{"name": organization, "teams": sorted(teams)}],
                    "teamNameField": "slug",
                },
            }
        ],
        "expiry": {"idTokens": SESSION},
    }
    if workflows:
        config["staticClients"] = [
            {
                "id": CLIENT,
                "name": "Argo Workflows",
                "redirectURIs": [_callback(workflows)],
                "secretEnv": SECRET_VARIABLE,
            }
        ]
    return _dump(config)


def workflows_sso(argo_cd: str, workflows: str) -> str:
    """The setting `sso` of Argo Workflows' server; its arguments and hosts."""
    return _dump(
        {
            "issuer": f"https://{argo_cd}/api/dex",
            "clientId": {"name": CLIENT, "key": "client-id"},
            "clientSecret": {"name": CLIENT, "key": "client-secret"},
            "redirectUrl": _callback(workflows),
            "scopes": ["groups"],
            "rbac": {"enabled": True},
            "sessionExpiry": SESSION,
        }
    )


def team_policy(organization: str, teams: Teams) -> str:
    """Argo CD's `policy.csv`: the roles, and which team has which."""
    lines = [line for role in ROLES for line in argo_cd_policy(role, argo_cd_role(role))]
    lines += [f"g, {organization}:{team}, {argo_cd_role(role)}" for team, role in sorted(teams.items())]
    return "\n".join(lines)


def team_objects(organization: str, teams: Teams) -> str:
    """For each role that a team has: its account beside Argo Workflows' server, and its rights where workflows run."""
    objects = [one for role in ROLES if role in teams.values() for one in _role_objects(organization, teams, role)]
    return "\n---\n".join(_dump(one) for one in objects)


def _role_objects(organization: str, teams: Teams, role: str) -> list[Object]:
    name, argo = f"launchpad-team-{role}", ARGO[ARGO_WORKFLOWS]
    members = [f"'{organization}:{team}' in groups" for team in sorted(teams) if teams[team] == role]
    least_first = list(reversed(ROLES))
    chosen = {RULE: " || ".join(members), PRECEDENCE: str(10 * (least_first.index(role) + 1))}
    subject = {"kind": "ServiceAccount", "name": name, "namespace": argo}
    return [
        _object("v1", "ServiceAccount", role, name, argo, chosen) | {"automountServiceAccountToken": False},
        # Argo Workflows finds the token by this name; Kubernetes fills it in.
        _object(
            "v1", "Secret", role, f"{name}.service-account-token", argo, {"kubernetes.io/service-account.name": name}
        )
        | {"type": "kubernetes.io/service-account-token"},
        _object(RBAC, "Role", role, name, LAUNCHPAD) | {"rules": workflow_rules(role)},
        _object(RBAC, "RoleBinding", role, name, LAUNCHPAD)
        | {"roleRef": {"apiGroup": RBAC.partition("/")[0], "kind": "Role", "name": name}, "subjects": [subject]},
    ]


def _object(
    api_version: str, kind: str, role: str, name: str, namespace: str, annotations: Mapping[str, str] | None = None
) -> Object:
    metadata: Object = {"name": name, "namespace": namespace, "labels": {**MANAGED, ROLE_LABEL: role}}
    metadata |= {"annotations": dict(annotations)} if annotations else {}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _callback(host: str) -> str:
    return f"https://{host}/oauth2/callback"


class _Indented(yaml.SafeDumper):
    """Lists stand below their key, as in all other files of the repository."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Never indentless."""
        super().increase_indent(flow, False)


def _dump(content: object) -> str:
    return yaml.dump(content, Dumper=_Indented, sort_keys=False, width=200).rstrip("\n")
